//! Descriptions of columns: the tables of the documentation are those that the program prints.

use crate::support::{genogloss, root, succeed};

/// What begins the comment before a table.
const BEGIN: &str = "<!-- genogloss ";

#[test]
fn tables_of_the_documentation_are_what_the_program_prints() {
    let mut count = 0;
    for page in ["docs/reference/columns.md", "docs/reference/skip-reasons.md"] {
        let text = std::fs::read_to_string(root().join(page)).expect("a page");
        for block in text.split(BEGIN).skip(1) {
            let (command, rest) = block.split_once(" -->\n").expect("the end of the comment");
            let (table, _) = rest.split_once("<!-- end -->").expect("the end of the table");
            let arguments: Vec<&str> = command.split(' ').collect();
            let hint = "python3 docs/examples.py --program PROGRAM writes it anew";
            assert_eq!(succeed(&arguments), table, "{page}: {command}: the table is out of date; {hint}");
            count += 1;
        }
    }
    assert_eq!(count, 9, "one table per command, and one of skips");
}

#[test]
fn tables_of_columns_have_three_cells() {
    for command in ["scan", "reads", "variants", "sites", "evaluate", "ask", "genes", "plan", "skips"] {
        let text = genogloss(&["columns", command]).stdout;
        assert!(text.lines().all(|line| line.split('\t').count() == 3), "{command}");
        let markdown = genogloss(&["columns", command, "--markdown"]).stdout;
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        assert!(markdown.lines().all(|line| cells(line) == 4), "{command}: {markdown}");
        let columns = text.lines().filter(|line| !line.starts_with("skip\t")).count();
        assert_eq!(markdown.lines().count(), columns + 1, "{command}");
    }
}
