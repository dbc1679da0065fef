//! Inputs on servers: `https://`, `http://`, `s3://` and `htsget://`.
//!
//! `http` makes requests, `object` knows a file and fetches blocks of it, `kept` keeps them, `reader` reads a file by position, `s3`
//! finds keys and buckets, `signature` signs requests, and `htsget` follows tickets.

mod htsget;
mod http;
mod kept;
mod object;
mod reader;
mod s3;
mod signature;

pub(super) use htsget::Ticket;
pub(super) use reader::Remote;
