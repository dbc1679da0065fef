//! What comes with the program: man pages and completions.

use crate::support::{Folder, genogloss, shell, succeed as run, tools_available};

/// Commands with commands of their own.
const GROUPS: [&str; 2] = ["models", "genes"];

/// Every command that `--help` lists, of the program or of a command.
fn commands(of: &[&str]) -> Vec<String> {
    let help = run(&[of, &["--help"]].concat());
    let list = help.split("Commands:\n").nth(1).expect("a list").split("\n\n").next().expect("an end");
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(String::from).collect()
}

#[test]
fn every_command_has_a_man_page() {
    let folder = Folder::new();
    let man = folder.path("share/man/man1");
    run(&["man", &man]);
    let commands = commands(&[]);
    assert!(commands.len() >= 10, "{commands:?}");
    let mut wanted: Vec<String> = commands.iter().map(|command| format!("genogloss-{command}.1")).collect();
    for group in GROUPS {
        wanted.extend(self::commands(&[group]).iter().map(|command| format!("genogloss-{group}-{command}.1")));
    }
    wanted.push("genogloss.1".into());
    wanted.sort();
    let mut names: Vec<String> = std::fs::read_dir(&man)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, wanted);
    let scan = folder.read("share/man/man1/genogloss-scan.1");
    for part in [
        concat!(".TH GENOGLOSS-SCAN 1 \"\" \"genogloss ", env!("CARGO_PKG_VERSION"), "\" Genogloss\n"),
        "\\fBgenogloss scan\\fR [OPTIONS] <FASTA>\n",
        "\\fB\\-\\-bigwig\\fR \\fI<DIR>\\fR\n",
        ".SH EXAMPLES\n.nf\ngenogloss scan genome.fa \\-o elements.bed.gz\n",
        ".SH \"SEE ALSO\"\ngenogloss(1)\n",
    ] {
        assert!(scan.contains(part), "{part}: {scan}");
    }
    assert!(folder.read("share/man/man1/genogloss-plan.1").contains("\n.PP\nFinds where the records lie"));
}

#[test]
fn man_pages_are_the_same_every_time_and_replace_old_ones() {
    let folder = Folder::new();
    run(&["man", &folder.path("one")]);
    let first = folder.read("one/genogloss-reads.1");
    folder.write("one/genogloss-reads.1", "old");
    folder.write("one/other.1", "another program's");
    run(&["man", &folder.path("one")]);
    assert_eq!(folder.read("one/genogloss-reads.1"), first);
    assert_eq!(folder.read("one/other.1"), "another program's");
    let all = commands(&[]).len() + GROUPS.map(|group| commands(&[group]).len()).iter().sum::<usize>();
    assert_eq!(std::fs::read_dir(folder.path("one")).expect("the folder").count(), 1 + all + 1);
}

#[test]
fn man_pages_are_read_by_mandoc_and_groff() {
    let folder = Folder::new();
    run(&["man", &folder.path("man")]);
    if tools_available(&["groff"]) {
        let said = shell(&format!(
            "for page in {}/*; do groff -man -ww -k -Tutf8 $page 2>&1 >/dev/null; done",
            folder.path("man")
        ));
        assert_eq!(said, "");
    }
    if tools_available(&["mandoc", "col"]) {
        let said = shell(&format!("mandoc -Tlint -W error {}/* 2>&1", folder.path("man")));
        assert_eq!(said, "");
        let page = shell(&format!("mandoc -Tascii {}/genogloss-plan.1 | col -b", folder.path("man")));
        assert!(page.contains("genogloss plan [OPTIONS] <INPUT> [-- <OPTIONS>...]\n"), "{page}");
        assert!(page.contains("\nEXAMPLES\n       genogloss plan genome.fa --shards 16 -o plan\n"), "{page}");
    }
}

#[test]
fn a_man_folder_that_cannot_be_is_an_error_of_one_line() {
    let folder = Folder::new();
    let file = folder.write("file", "");
    for place in [file.clone(), format!("{file}/below")] {
        let run = genogloss(&["man", &place]);
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.lines().count()), (1, "", 1), "{}", run.stderr);
        assert!(run.stderr.starts_with(&format!("error: {place}: ")), "{}", run.stderr);
    }
    assert_eq!(genogloss(&["man"]).code, 2);
    assert_eq!(folder.names(), ["file"]);
}

#[test]
fn completions_are_scripts_that_know_every_command() {
    let shells = [("bash", "bash -n"), ("zsh", "zsh -n"), ("fish", "fish -n"), ("elvish", ""), ("powershell", "")];
    let folder = Folder::new();
    for (shell_name, check) in shells {
        let script = run(&["completions", shell_name]);
        for command in commands(&[]) {
            assert!(script.contains(&command), "{shell_name}: {command}");
        }
        let file = folder.write(shell_name, &script);
        if !check.is_empty() && tools_available(&[shell_name]) {
            shell(&format!("{check} {file}"));
        }
    }
    // What bash offers after `genogloss s<TAB>`.
    let script = folder.path("bash");
    let offered = shell(&format!(
        "set +u; source {script}; COMP_WORDS=(genogloss s); COMP_CWORD=1; _genogloss genogloss s genogloss; echo ${{COMPREPLY[@]}}"
    ));
    assert_eq!(offered, "scan sites\n");
    assert_eq!(genogloss(&["completions", "tcsh"]).code, 2);
}
