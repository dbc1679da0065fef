//! S3: requests signed as AWS describes it (checked by Python), keys from everywhere, buckets of other regions.

use super::{
    bases, fasta, reads_addresses,
    server::{Reply, Request, Server, file},
    with,
};
use crate::support::{Folder, succeed, tool, tools_available};

/// The signature that the headers of a request must have, computed with Python's own library from AWS's description.
const SIGNATURE: &str = r#"
import hashlib, hmac, json, sys
path, secret, text = sys.argv[1:]
headers = json.loads(text)
fields = dict(part.strip().split("=", 1) for part in headers["authorization"].removeprefix("AWS4-HMAC-SHA256 ").split(","))
names = fields["SignedHeaders"]
canonical = "".join(f"{name}:{headers[name].strip()}\n" for name in names.split(";"))
assert {"host", "x-amz-content-sha256", "x-amz-date"} <= set(names.split(";")), names
assert headers["x-amz-content-sha256"] == hashlib.sha256(b"").hexdigest()
request = f"GET\n{path}\n\n{canonical}\n{names}\n{headers['x-amz-content-sha256']}"
scope = fields["Credential"].split("/", 1)[1]
text = f"AWS4-HMAC-SHA256\n{headers['x-amz-date']}\n{scope}\n" + hashlib.sha256(request.encode()).hexdigest()
key = ("AWS4" + secret).encode()
for part in scope.split("/"):
    key = hmac.new(key, part.encode(), hashlib.sha256).digest()
print(hmac.new(key, text.encode(), hashlib.sha256).hexdigest(), fields["Signature"])
"#;

/// The keys and the place that a request is signed for.
fn credential(request: &Request) -> Option<String> {
    let header = request.headers.get("authorization")?;
    Some(header.split("Credential=").nth(1)?.split(',').next()?.to_string())
}

/// A server of one object, and a folder for it.
fn store() -> (Folder, Server, String) {
    let folder = Folder::new();
    let text = fasta(&[("c", &bases(200_000, 4))]);
    let path = folder.write("g.fa", &text);
    let server = Server::new(move |request| match request.path() {
        "/bucket/some%20folder/g%2B1.fa" => file(request, text.as_bytes(), "e"),
        _ => Reply::of(404, "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>no</Message></Error>"),
    });
    let expected = succeed(&["scan", &path, "-m", "exact:gc", "--quiet"]);
    (folder, server, expected)
}

const ADDRESS: &str = "s3://bucket/some folder/g+1.fa";

#[test]
fn requests_are_signed_with_keys_of_the_environment_and_of_files() {
    if !reads_addresses() || !tools_available(&["python3"]) {
        return;
    }
    let (folder, server, expected) = store();
    let endpoint = server.url("");
    folder.write(
        "credentials",
        "[default]\naws_access_key_id = AKDEFAULT\naws_secret_access_key = s+cret/1\n[other]\naws_access_key_id=AKOTHER\naws_secret_access_key=verysecret\naws_session_token=to+ken/=\n",
    );
    folder.write("config", "[default]\nregion = eu-west-3\n[profile other]\nregion = ap-south-1\n");
    let (credentials, config) = (folder.path("credentials"), folder.path("config"));
    let files = [("AWS_SHARED_CREDENTIALS_FILE", credentials.as_str()), ("AWS_CONFIG_FILE", config.as_str())];
    type Case<'a> = (Vec<(&'a str, &'a str)>, &'a str, &'a str, &'a str);
    let cases: [Case; 4] = [
        (
            vec![("AWS_ACCESS_KEY_ID", "AKENV"), ("AWS_SECRET_ACCESS_KEY", "verysecret")],
            "AKENV",
            "us-east-1",
            "verysecret",
        ),
        (
            vec![("AWS_ACCESS_KEY_ID", "AKENV"), ("AWS_SECRET_ACCESS_KEY", "x"), ("AWS_REGION", "us-west-2"), files[0]],
            "AKENV",
            "us-west-2",
            "x",
        ),
        (files.to_vec(), "AKDEFAULT", "eu-west-3", "s+cret/1"),
        ([files.to_vec(), vec![("AWS_PROFILE", "other")]].concat(), "AKOTHER", "ap-south-1", "verysecret"),
    ];
    for (mut variables, key, region, secret) in cases {
        variables.push(("AWS_ENDPOINT_URL", &endpoint));
        let before = server.log().len();
        let run = with(&folder, &variables, &["scan", ADDRESS, "-m", "exact:gc"]).good();
        assert_eq!(run.stdout, expected);
        assert!(!run.stderr.contains("verysecret") && !run.stderr.contains("Signature"), "{}", run.stderr);
        for (request, _) in &server.log()[before..] {
            let credential = credential(request).expect("a signed request");
            assert!(credential.starts_with(&format!("{key}/")), "{credential}");
            assert!(credential.ends_with(&format!("/{region}/s3/aws4_request")), "{credential}");
            assert_eq!(request.headers.contains_key("x-amz-security-token"), key == "AKOTHER");
            assert_eq!(request.headers["host"], server.host());
            let script = folder.write("signature.py", SIGNATURE);
            let headers = serde_json::to_string(&request.headers).expect("JSON");
            let both = tool("python3", &[&script, &request.target, secret, &headers]);
            let (ours, theirs) = both.trim().split_once(' ').expect("two signatures");
            assert_eq!(ours, theirs, "{}", request.target);
        }
    }
}

#[test]
fn public_data_need_no_keys_and_refusals_say_what_s3_says() {
    if !reads_addresses() {
        return;
    }
    let (folder, server, expected) = store();
    let endpoint = server.url("");
    let variables = [("AWS_ENDPOINT_URL_S3", endpoint.as_str()), ("AWS_ENDPOINT_URL", "http://127.0.0.1:1")];
    let run = with(&folder, &variables, &["scan", ADDRESS, "-m", "exact:gc"]).good();
    assert_eq!(run.stdout, expected);
    assert!(server.log().iter().all(|(request, _)| credential(request).is_none()), "not signed");
    let said = with(&folder, &variables, &["scan", "s3://bucket/none.fa", "-m", "exact:gc"]).error(1);
    assert!(said.contains("s3://bucket/none.fa: the server answered 404 (not found): NoSuchKey"), "{said}");
    folder.write("config", "[profile sso]\nsso_session = x\nregion = eu-west-1\n");
    let config = folder.path("config");
    for (profile, words) in [
        ("sso", "the AWS profile sso gets its keys by sso_session, which is not read"),
        ("none", "the AWS profile none (AWS_PROFILE) is in neither"),
    ] {
        let variables = [variables[0], ("AWS_CONFIG_FILE", config.as_str()), ("AWS_PROFILE", profile)];
        let said = with(&folder, &variables, &["scan", ADDRESS, "-m", "exact:gc"]).error(1);
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn a_bucket_of_another_region_is_asked_there() {
    if !reads_addresses() {
        return;
    }
    let (folder, store, expected) = store();
    let text = folder.read("g.fa");
    for status in [400, 403] {
        let text = text.clone();
        let server = Server::new(move |request| match credential(request) {
            Some(credential) if credential.contains("/eu-central-1/") => file(request, text.as_bytes(), "e"),
            _ => Reply::of(status, "<Error><Code>PermanentRedirect</Code></Error>")
                .with("x-amz-bucket-region", "eu-central-1"),
        });
        let endpoint = server.url("");
        let variables =
            [("AWS_ENDPOINT_URL", endpoint.as_str()), ("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", "B")];
        let run = with(&folder, &variables, &["scan", "s3://bucket/g.fa", "-m", "exact:gc"]).good();
        assert_eq!(run.stdout, expected, "{status}");
        // Each file finds out for itself: the genome, and what may lie beside it.
        let is_wrong = |request: &Request| credential(request).is_none_or(|key| !key.contains("/eu-central-1/"));
        let wrong =
            server.log().iter().filter(|(request, _)| request.path() == "/bucket/g.fa" && is_wrong(request)).count();
        assert_eq!(wrong, 1, "the region is asked for once");
    }
    drop(store);
}

#[test]
fn a_container_s_service_gives_the_keys() {
    if !reads_addresses() {
        return;
    }
    let (folder, store, expected) = store();
    let keys = Server::new(|request| match request.headers.get("authorization").map(String::as_str) {
        Some("allowed") => Reply::of(
            200,
            r#"{"AccessKeyId":"AKBOX","SecretAccessKey":"verysecret","Token":"t","Expiration":"2099-01-01T00:00:00Z"}"#,
        ),
        _ => Reply::of(403, "no"),
    });
    let (endpoint, service) = (store.url(""), keys.url("creds"));
    let variables = [
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", service.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "allowed"),
    ];
    let run = with(&folder, &variables, &["scan", ADDRESS, "-m", "exact:gc"]).good();
    assert_eq!(run.stdout, expected);
    assert_eq!(keys.log().len(), 1, "the keys are asked for once");
    let credential = credential(&store.log()[0].0).expect("signed");
    assert!(credential.starts_with("AKBOX/"), "{credential}");
    let said = with(&folder, &variables[..2], &["scan", ADDRESS, "-m", "exact:gc"]).error(1);
    assert!(said.contains("403"), "{said}");
}
