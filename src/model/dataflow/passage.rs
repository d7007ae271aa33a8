//! What a proxy passes on: requests to one of its listeners become requests of a client of its own.

/// How a proxy passes on what comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carried {
    /// As requests of HTTP/1.1, which no gRPC server takes.
    Http,
    /// As gRPC, over HTTP/2.
    Grpc,
    /// As it comes, byte for byte, or in a way that nothing here tells.
    Any,
}

/// Where a proxy passes some requests on to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// What the path of a request begins with.
    pub path: String,
    /// Whether it must be that path and no longer one.
    pub exact: bool,
    /// What stands in its place at the other end, where it is replaced.
    pub replaced: Option<String>,
    /// The names that are dialled for it; any where there is none.
    pub names: Vec<String>,
    /// Its own client: index into [`super::Topology::clients`].
    pub client: usize,
}

/// What a listener of a proxy does with requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passages {
    /// Every way on.
    pub all: Vec<Passage>,
    /// Whether these are all that there are.
    pub whole: bool,
    /// Whether requests may come over HTTP/2, which gRPC needs; `None` where that is not known.
    pub http2: Option<bool>,
}

impl Passages {
    /// The way on of a request with a path to a name: an exact one first, then the longest.
    pub fn of(&self, path: &str, name: &str) -> Option<&Passage> {
        let named =
            |passage: &&Passage| passage.names.is_empty() || passage.names.iter().any(|one| one == name);
        let fits = |passage: &&Passage| match passage.exact {
            true => passage.path == path,
            false => path.starts_with(&passage.path),
        };
        let fitting = |strict: bool| {
            let all = self.all.iter().filter(fits).filter(move |passage| !strict || named(passage));
            // The first of several that are as good.
            all.rev().max_by_key(|passage| (passage.exact, passage.path.len()))
        };
        fitting(true).or_else(|| fitting(false))
    }
}

impl Passage {
    /// The path that arrives at the other end.
    pub fn arrives_as(&self, path: &str) -> String {
        match (&self.replaced, path.strip_prefix(&self.path)) {
            (Some(replaced), Some(rest)) => {
                let joined = format!("{replaced}{rest}");
                if joined.starts_with('/') { joined } else { format!("/{joined}") }
            }
            _ => path.to_owned(),
        }
    }
}
