//! What tells one version of a file on a server from another.

/// A version of a file on a server, as its answers describe it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Version {
    /// The length in bytes, where the server gives it.
    pub length: Option<u64>,
    /// The entity tag, as the server writes it.
    pub etag: Option<String>,
    /// The date of the last change, as the server writes it.
    pub modified: Option<String>,
}

impl Version {
    /// What differs in another answer for the same file.
    #[cfg_attr(not(feature = "remote"), expect(dead_code, reason = "files on servers are not read"))]
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        let differ = |what: &str, ours: Option<&str>, theirs: Option<&str>| {
            let (ours, theirs) = (ours?, theirs?);
            (ours != theirs).then(|| format!("{what} was {ours}, and is {theirs}"))
        };
        let lengths = [self, other].map(|version| version.length.map(|length| length.to_string()));
        differ("its length", lengths[0].as_deref(), lengths[1].as_deref())
            .or_else(|| differ("its ETag", self.etag.as_deref(), other.etag.as_deref()))
            .or_else(|| differ("its date", self.modified.as_deref(), other.modified.as_deref()))
    }
}
