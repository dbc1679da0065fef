//! Pages in a real browser, headless Chromium: the view beside the sequence, and that nothing is loaded.

use std::{fs, process::Command};

use super::{SLICE, run, vcf_of_the_slice};
use crate::support::{Folder, finish, skipped};

/// The browser, where it is installed.
fn browser() -> Option<&'static str> {
    let found = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()));
    if found.is_none() {
        skipped("no Chromium is installed");
    }
    found
}

/// The page as the browser has it after its scripts have run, and what the browser logged.
fn opened(browser: &str, folder: &Folder, page: &str) -> (String, String) {
    let profile = folder.path("profile");
    let ended = finish(
        Command::new(browser).args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--enable-logging=stderr",
            "--virtual-time-budget=60000",
            "--dump-dom",
            &format!("--user-data-dir={profile}"),
            &format!("file://{page}"),
        ]),
        &[],
    );
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    // igv.js warns of every VCF without an index, also of one that is in the page.
    let harmless = "index file not specified";
    let console = ended.stderr.lines().filter(|line| line.contains("CONSOLE") && !line.contains(harmless));
    let console: Vec<&str> = console.collect();
    (ended.stdout, console.join("\n"))
}

#[test]
fn the_view_shows_the_strongest_call_and_loads_nothing() {
    let Some(browser) = browser() else { return };
    let folder = Folder::new();
    let (vcf, scored, page) = (vcf_of_the_slice(&folder, 40), folder.path("scored.vcf"), folder.path("page.html"));
    run(&format!("variants {vcf} -f {SLICE} -m exact:gc -o {scored}"));
    run(&format!("report {scored} -o {page}"));
    let html = fs::read_to_string(&page).expect("the page");
    if html.contains("has no igv.js") {
        skipped("this build has no igv.js (GENOGLOSS_IGV)");
        return;
    }
    assert!(html.len() < 2_000_000, "{} bytes", html.len());
    let (dom, console) = opened(browser, &folder, &page);
    assert_eq!(console, "", "the browser has nothing to complain about");
    // The first button is the strongest call: the view begins there.
    let locus = dom.split("data-locus=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a button");
    let (contig, interval) = locus.rsplit_once(':').expect("a place");
    let ready = dom.split("data-ready=\"").nth(1).and_then(|rest| rest.split('"').next());
    let ready = ready.unwrap_or_else(|| panic!("the view is not complete: {console}")).replace(',', "");
    let (there, shown) = ready.rsplit_once(':').expect("a place");
    let start =
        |interval: &str| interval.split('-').next().and_then(|start| start.parse::<i64>().ok()).expect("a start");
    assert!(there == contig && (start(interval) - start(shown)).abs() <= 5, "{locus} is shown as {ready}");
}

#[test]
fn pages_without_a_view_have_no_faults_in_the_browser() {
    let Some(browser) = browser() else { return };
    let folder = Folder::new();
    let (bed, page) = (folder.path("<i>gc.bed"), folder.path("page.html"));
    run(&format!("scan {SLICE} -m exact:gc --window 50 --threshold 0.6 --merge -o {bed}"));
    run(&format!("report {bed} {bed} -o {page}"));
    let (dom, console) = opened(browser, &folder, &page);
    assert_eq!(console, "");
    assert!(
        dom.contains("<button type=\"button\">highest") || dom.contains("<button type=\"button\">max"),
        "heads are buttons"
    );
    assert!(dom.contains("&lt;i&gt;gc.bed") && !dom.contains("<i>gc.bed"));
}
