//! What programs read: each document as one value, of which its JSON and its schema are made.
//!
//! A verb that was asked for JSON prints one document whatever happens: its result, or why there is none.

mod dataflow;
mod findings;
mod history;
mod manifest;
mod plan;
mod printed;
mod proof;
mod render;
mod schema;
mod status;
mod stopped;

pub use dataflow::{
    CheckDocument, ConditionReport, ConnectingEnd, DataflowReport, DirectoriesDocument, DirectoryReport,
    EdgeReport, EngineReport, ListeningEnd, NotCheckedReport, engines,
};
pub use findings::{ToldFinding, ToldPlace, ToldSeverity, told};
pub use history::{HistoryDocument, ToldGeneration};
pub use manifest::{ManifestCertificate, ManifestContainer, ManifestContent, ManifestFile, RenderManifest};
pub use plan::PlanDocument;
pub use printed::printed;
pub use proof::{FailureReport, ItemCount, ProofDocument, ProofReport};
pub use render::{RenderDocument, ToldFile};
pub use schema::{DescribedDocument, schema};
pub use status::{
    ComponentReport, HostReport, ListenerReport, StatusDocument, StatusDrift, StatusEdge, UnitReport,
};
pub use stopped::{DocumentKind, StoppedDocument, WhyStopped};
