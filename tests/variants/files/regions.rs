//! Regions of variants: the records are those that tabix and bcftools select from the output of a whole run.

use super::*;
use crate::support::{shell, tools_available};

#[test]
fn records_of_regions_are_those_of_tabix_and_bcftools() {
    if !tools_available(&["bcftools", "tabix"]) {
        return;
    }
    let (folder, fasta) = desk();
    let mut records: Vec<String> = (700..3000).step_by(61).map(|position| snv(position, "PASS\tDP=3")).collect();
    // Reaches into regions by END alone.
    records.push(format!("c\t3001\t.\t{}\t<DEL>\t.\tPASS\tEND=3500\n", reference(3001)));
    let input = folder.write("v.vcf", format!("{HEAD}{COLUMNS}\n{}", records.concat()));
    let whole = folder.path("whole.vcf.gz");
    succeed(&["variants", &input, "-f", &fasta, "-m", "exact:gc", "-o", &whole, "--quiet"]);
    for (ours, theirs) in [
        (&["-r", "c:1000-1500"][..], "c:1000-1500"),
        (&["-r", "c:1,000-1,061,c:2000-2100"][..], "c:1000-1061 c:2000-2100"),
        (&["-r", "c:1000-1061", "-r", "c:2000-2100"][..], "c:1000-1061 c:2000-2100"),
        (&["-r", "c:3400-3450"][..], "c:3400-3450"),
        (&["-r", "c:3501-3600"][..], "c:3501-3600"),
        (&["-r", "d"][..], "d"),
    ] {
        let run = variants(&input, &fasta, ours);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let records: String =
            run.stdout.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
        assert_eq!(records, shell(&format!("tabix {whole} {theirs}")), "{ours:?}");
        let uncompressed = variants(&input, &fasta, &[ours, &["-O", "u", "-o", &folder.path("u.bcf")]].concat());
        assert_eq!(uncompressed.code, 0, "{}", uncompressed.stderr);
        let positions = shell(&format!("tabix {whole} {theirs} | cut -f 2"));
        assert_eq!(shell(&format!("bcftools query -f '%POS\\n' {}", folder.path("u.bcf"))), positions, "{ours:?}");
    }
    let unknown = variants(&input, &fasta, &["-r", "e:1-5"]);
    assert!(unknown.code == 1 && unknown.stderr.contains("contig \"e\" is not in"), "{}", unknown.stderr);
}

#[test]
fn bins_of_windows_are_not_compared() {
    let (folder, fasta) = desk();
    let input = folder.write("v.vcf", format!("{HEAD}{COLUMNS}\n{}", snv(2000, "PASS\tDP=3")));
    let run = variants(&input, &fasta, &["--compare", "l2"]);
    let say = "--compare l2 compares the bins of a track, and exact:gc scores whole windows";
    assert!(run.code == 2 && run.stderr.contains(say), "{}", run.stderr);
}
