//! Records of BCF.

use super::{bcf, desk, variants};

#[test]
fn a_record_of_bcf_is_gone_through_before_it_is_copied() {
    let (folder, fasta) = desk();
    let (header, record) = bcf(&folder, &fasta, "");
    let length = |at: usize| u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]]) as usize;
    let samples = 8 + length(0);
    assert_eq!(samples + length(4), record.len());
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut record = record.clone();
        change(&mut record);
        [header.clone(), record].concat()
    };
    let longer = |record: &mut Vec<u8>, at: usize, block: usize| {
        record.insert(block, 0);
        record[at] += 1;
    };
    type Change<'a> = Box<dyn Fn(&mut Vec<u8>) + 'a>;
    let cases: [(&str, Change, &str); 7] = [
        ("nothing", Box::new(|_| {}), ""),
        ("the number of a FORMAT field", Box::new(|r| r[samples + 1] = 99), "a filter or field is not in the header"),
        ("three samples", Box::new(|r| r[28] = 3), "the record has 3 samples, and the header 2"),
        ("no samples", Box::new(|r| r[28] = 0), "the record has 0 samples, and the header 2"),
        ("a longer first block", Box::new(|r| longer(r, 0, samples)), "it is longer than its values"),
        ("a longer second block", Box::new(|r| longer(r, 4, r.len())), "it is longer than its values"),
        ("one INFO field more", Box::new(|r| r[24] += 1), "the record is damaged"),
    ];
    for (what, change, say) in cases {
        let file = folder.write("changed.bcf", changed(&*change));
        for letter in ["b", "v"] {
            let run = variants(&file, &fasta, &["-O", letter]);
            if say.is_empty() {
                assert_eq!(run.code, 0, "{}", run.stderr);
            } else {
                let good = run.code == 1 && run.stderr.contains("changed.bcf, record 1: ") && run.stderr.contains(say);
                assert!(good, "{what}, to {letter}: {} {}", run.code, run.stderr);
            }
        }
    }
}

#[test]
fn our_own_fields_are_found_in_bcf_too() {
    let (folder, fasta) = desk();
    // The name has a number, as a FORMAT field; the record has it in INFO.
    let more = "##FORMAT=<ID=GG_SKIP,Number=1,Type=String,Description=\"Another\">\n";
    let (header, mut record) = bcf(&folder, &fasta, more);
    let text = String::from_utf8_lossy(&header).into_owned();
    let number = |id: &str| -> u8 {
        let line = text.lines().find(|line| line.contains(&format!("ID={id},"))).expect("the field");
        line.rsplit_once("IDX=").and_then(|(_, rest)| rest.trim_end_matches('>').parse().ok()).expect("a number")
    };
    let key = [0x11, number("DP"), 0x11, 3];
    let at = record.windows(4).position(|bytes| bytes == key).expect("DP");
    record[at + 1] = number("GG_SKIP");
    let file = folder.write("changed.bcf", [header, record].concat());
    for letter in ["b", "v"] {
        let run = variants(&file, &fasta, &["-O", letter]);
        let say = "changed.bcf, record 1: INFO field GG_SKIP already exists";
        assert!(run.code == 1 && run.stderr.contains(say), "{letter}: {}", run.stderr);
    }
}
