//! A session: one run of a command from begin to end, the same for every command that scores.
//!
//! A command turns its options into a [`Request`] (what is read and written), which refuses targets that are inputs. It loads a model
//! ([`load`]), opens what it reads, and [begins](Request::begin) the session: this is where an earlier run is found that `--resume`
//! continues. The session [creates](Session::create) the output. Then the capability hands over a [`Source`], which reads records and feeds
//! their queries, and a [`Writer`] with a [`Sink`], which writes the answers: [`Session::run`] does all the rest, that is progress,
//! checkpoints, the check that no query was lost, the manifest, the index, and the final names of all files.
//! What needs no model uses [`Session::run_without_model`], and what writes its result in one piece [`Session::finish`].

mod begin;
mod finish;
pub(crate) mod journal;
pub(crate) mod load;
pub(crate) mod part;
mod run;
pub(crate) mod stored;

pub(crate) use self::{
    begin::{About, Layout, NothingScored, Parts, Request, Session, Target},
    finish::Finished,
    journal::Resume,
    run::{OutputWriter, Passing, ReadSummary, Sink, Source, Writer, Written, wall},
};
