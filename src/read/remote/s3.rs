//! Objects of S3 and of stores that are compatible with it: where they are, and requests signed by AWS Signature Version 4.
//!
//! As in the AWS tools: the endpoint comes from AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL or the profile, the region from AWS_REGION or
//! AWS_DEFAULT_REGION or the profile, keys from the environment, the credentials file, or the container's service. Without keys,
//! requests are not signed, which public data do not need.

use std::{
    fmt::Write,
    io,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use super::{
    http::{self, Failure, Reply},
    signature::{Keys, Place, headers, percent},
};

/// How long keys from the container's service are used before they are asked for again; they are valid for longer.
const FRESH: Duration = Duration::from_secs(300);

/// The region of a bucket where none is given.
const REGION: &str = "us-east-1";

/// An object in a bucket.
pub(super) struct Key {
    bucket: String,
    key: String,
    /// The region that the server has named, if the one of the settings is not right.
    region: Mutex<Option<String>>,
}

impl Key {
    /// Of `s3://BUCKET/KEY`.
    pub(super) fn of(address: &str) -> io::Result<Self> {
        let invalid =
            |why: &str| io::Error::new(io::ErrorKind::InvalidInput, format!("the address is not valid: {why}"));
        let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
        let (bucket, key) = rest.split_once('/').ok_or_else(|| invalid("it is s3://BUCKET/KEY"))?;
        if bucket.is_empty() || key.is_empty() {
            return Err(invalid("it is s3://BUCKET/KEY"));
        }
        if !bucket.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)) {
            return Err(invalid("a name of a bucket has letters, digits, dots and hyphens"));
        }
        // In a URL these parts stand for other folders.
        if key.split('/').any(|part| matches!(part, "." | "..")) {
            return Err(invalid("a key with . or .. as a part cannot be read"));
        }
        Ok(Self { bucket: bucket.into(), key: key.into(), region: Mutex::default() })
    }

    /// Asks for a range of the object.
    pub(super) fn get(&self, range: Option<(u64, u64)>) -> Result<Reply, Failure> {
        let settings = Settings::find()?;
        let named = self.region.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let reply = self.send(&settings, named.as_deref(), range);
        // A bucket of another region is known by its name, and the answer says where it is.
        match reply {
            Err(failure) if named.is_none() => match failure.region().filter(|region| *region != settings.region) {
                Some(region) => {
                    tracing::debug!("bucket {} is in region {region}", self.bucket);
                    let reply = self.send(&settings, Some(region), range);
                    *self.region.lock().unwrap_or_else(PoisonError::into_inner) = Some(region.into());
                    reply
                }
                None => Err(failure),
            },
            other => other,
        }
    }

    fn send(&self, settings: &Settings, region: Option<&str>, range: Option<(u64, u64)>) -> Result<Reply, Failure> {
        let region = region.unwrap_or(&settings.region);
        let of_aws = |region: &str| {
            let top = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
            format!("s3.{region}.{top}")
        };
        let key = percent(&self.key, b"/");
        let (scheme, host, path) = match &settings.endpoint {
            Some(endpoint) => {
                let invalid = || format!("the endpoint of S3 is not valid: {endpoint} (https://HOST)");
                let (scheme, rest) = endpoint
                    .split_once("://")
                    .filter(|(scheme, rest)| matches!(*scheme, "http" | "https") && !rest.is_empty())
                    .ok_or_else(|| Failure::fatal(io::ErrorKind::InvalidInput, invalid()))?;
                let (host, folder) = rest.split_once('/').unwrap_or((rest, ""));
                let mut path = String::new();
                for part in [folder.trim_end_matches('/'), &self.bucket].iter().filter(|part| !part.is_empty()) {
                    let _ = write!(path, "/{part}");
                }
                (scheme, host.to_string(), format!("{path}/{key}"))
            }
            // Certificates of AWS do not fit names with dots.
            None if self.bucket.contains('.') => ("https", of_aws(region), format!("/{}/{key}", self.bucket)),
            None => ("https", format!("{}.{}", self.bucket, of_aws(region)), format!("/{key}")),
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let place = Place { host: &host, path: &path, region };
        let signed = settings.keys.as_ref().map(|keys| headers(keys, &place, now)).unwrap_or_default();
        http::get(&format!("{scheme}://{host}{path}"), &signed, range)
    }
}

/// What the environment and the files of AWS say.
struct Settings {
    endpoint: Option<String>,
    region: String,
    /// `None`: requests are not signed.
    keys: Option<Keys>,
}

/// A variable of the environment that is not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

impl Keys {
    /// Those of the environment.
    fn of_environment() -> Option<Self> {
        let (id, secret) = (variable("AWS_ACCESS_KEY_ID")?, variable("AWS_SECRET_ACCESS_KEY")?);
        Some(Self { id, secret, token: variable("AWS_SESSION_TOKEN") })
    }
}

impl Settings {
    fn find() -> Result<Self, Failure> {
        let profile = Profile::read()?;
        let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
        let endpoint = variable("AWS_ENDPOINT_URL_S3").or_else(|| variable("AWS_ENDPOINT_URL"));
        // AWS: a profile that is named comes before the keys of the environment only on the command line.
        let keys = match Keys::of_environment() {
            Some(keys) => Some(keys),
            None => match profile.keys()? {
                Some(keys) => Some(keys),
                None => of_container()?,
            },
        };
        Ok(Self {
            endpoint: endpoint.or_else(|| profile.get("endpoint_url")),
            region: region.or_else(|| profile.get("region")).unwrap_or_else(|| REGION.into()),
            keys,
        })
    }
}

/// The settings of a profile.
struct Profile {
    name: String,
    is_named: bool,
    values: Vec<(String, String)>,
}

impl Profile {
    /// Of the profile AWS_PROFILE, or `default`. A file that is not there has no settings.
    fn read() -> io::Result<Self> {
        let named = variable("AWS_PROFILE").or_else(|| variable("AWS_DEFAULT_PROFILE"));
        let (is_named, name) = (named.is_some(), named.unwrap_or_else(|| "default".into()));
        let mut values = Vec::new();
        for (names, file, prefix) in
            [("AWS_SHARED_CREDENTIALS_FILE", "credentials", ""), ("AWS_CONFIG_FILE", "config", "profile ")]
        {
            let home = || variable("HOME").map(|home| PathBuf::from(home).join(".aws").join(file));
            let Some(path) = variable(names).map(PathBuf::from).or_else(home) else { continue };
            match std::fs::read_to_string(&path) {
                Ok(text) => {
                    let section = if name == "default" { name.clone() } else { format!("{prefix}{name}") };
                    values.extend(section_of(&text, &section));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    let why = crate::error::describe(&error);
                    return Err(io::Error::new(error.kind(), format!("{}: {why}", path.display())));
                }
            }
        }
        Ok(Self { name, is_named, values })
    }

    fn get(&self, name: &str) -> Option<String> {
        self.values.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.clone())
    }

    /// Its keys. A profile that gets its keys in another way is an error: requests without a signature would fail with less to go by.
    fn keys(&self) -> Result<Option<Keys>, Failure> {
        let (key, secret) = (self.get("aws_access_key_id"), self.get("aws_secret_access_key"));
        if let (Some(key), Some(secret)) = (key, secret) {
            return Ok(Some(Keys { id: key, secret, token: self.get("aws_session_token") }));
        }
        let elsewhere = ["credential_process", "role_arn", "sso_session", "sso_start_url", "login_session"]
            .iter()
            .find(|name| self.get(name).is_some());
        let export = "take them into the environment first: eval \"$(aws configure export-credentials --format env)\"";
        match elsewhere {
            Some(name) => Err(Failure::fatal(
                io::ErrorKind::Other,
                format!("the AWS profile {} gets its keys by {name}, which is not read; {export}", self.name),
            )),
            None if self.is_named && self.values.is_empty() => Err(Failure::fatal(
                io::ErrorKind::Other,
                format!(
                    "the AWS profile {} (AWS_PROFILE) is in neither the credentials nor the config file",
                    self.name
                ),
            )),
            None => Ok(None),
        }
    }
}

/// The settings of a section. The files of AWS are like INI files; indented lines belong to the setting above, and are none of those
/// that are needed here.
fn section_of(text: &str, section: &str) -> Vec<(String, String)> {
    let (mut values, mut inside) = (Vec::new(), false);
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) || line.starts_with([' ', '\t']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            inside = name.split_whitespace().eq(section.split_whitespace());
        } else if let Some((key, value)) = trimmed.split_once('=').filter(|_| inside) {
            let value = value.split(" #").next().unwrap_or_default();
            values.push((key.trim().to_ascii_lowercase(), value.trim().to_string()));
        }
    }
    values
}

/// The keys that ECS, EKS and AWS Batch give to the container of a job.
fn of_container() -> Result<Option<Keys>, Failure> {
    static KEPT: Mutex<Option<(Instant, Keys)>> = Mutex::new(None);
    let relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").map(|path| format!("http://169.254.170.2{path}"));
    let Some(url) = relative.or_else(|| variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")) else { return Ok(None) };
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((since, keys)) = &*kept
        && since.elapsed() < FRESH
    {
        return Ok(Some(keys.clone()));
    }
    let mut headers = Vec::new();
    let token = match variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(path) => Some(std::fs::read_to_string(path)?),
        None => variable("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    };
    if let Some(token) = token {
        headers.push(("Authorization".into(), token.trim().into()));
    }
    let mut reply = http::get(&url, &headers, None)?;
    let (bytes, failure) = http::read_body(&mut reply.body, 1 << 20);
    if let Some(failure) = failure {
        return Err(failure);
    }
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Given {
        access_key_id: String,
        secret_access_key: String,
        token: String,
    }
    let given: Given = serde_json::from_slice(&bytes).map_err(|_| {
        Failure::fatal(io::ErrorKind::InvalidData, "the container's service for credentials of AWS gives no keys")
    })?;
    let keys = Keys { id: given.access_key_id, secret: given.secret_access_key, token: Some(given.token) };
    *kept = Some((Instant::now(), keys.clone()));
    Ok(Some(keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_of_the_files_of_aws() {
        let text = "[default]\naws_access_key_id = A\n; x\ns3 =\n  region = no\nregion=eu-west-1 # home\n[profile  b]\nRegion = x\n";
        let pair = |key: &str, value: &str| (key.to_string(), value.to_string());
        assert_eq!(
            section_of(text, "default"),
            [pair("aws_access_key_id", "A"), pair("s3", ""), pair("region", "eu-west-1")]
        );
        assert_eq!(section_of(text, "profile b"), [pair("region", "x")]);
        assert_eq!(section_of(text, "b"), []);
    }

    #[test]
    fn keys_that_a_url_cannot_have_are_refused() {
        for address in ["s3://b", "s3:///k", "s3://b/", "s3://b/a/../c", "s3://b:1@h/c"] {
            assert!(Key::of(address).is_err(), "{address}");
        }
        let key = Key::of("s3://b/a//b c+d?e#f.bam").map(|key| (key.bucket, key.key)).expect("a key");
        assert_eq!(key, ("b".into(), "a//b c+d?e#f.bam".into()));
    }
}
