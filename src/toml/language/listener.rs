//! The keys of a listener, the same wherever it stands.

use crate::toml::declare::*;
use crate::toml::kind::{Bind, Bytes, Dial, Flag, Later, Mebibytes, PortNumber};

table! {
    /// A socket that is served: a port, `"bind:port"`, or a table of these keys.
    pub struct ListenerTable {
        /// The port.
        port: PortNumber = "4317", derived("that of the place, shown at its key"), renders("the port of its address");
        /// The address it binds: `"loopback"` is 127.0.0.1, `"any"` is 0.0.0.0.
        bind: Bind = r#""any""#, derived("`\"loopback\"`, as long as every client is on this host"),
            renders("the host of its address");
        /// Whether it serves TLS. Clients follow.
        tls: Flag = "true", derived("as the preset `tls` of the root says"),
            renders("certificate and key of the listener; the CA, the server name and the scheme of its clients");
        /// Whether clients must show a certificate.
        mutual: Later = "tls = true";
        /// The name or address, with a port where it differs, that clients dial instead: a load balancer, a
        /// port that is forwarded. What it binds stays as it is.
        dial: Dial = r#""tempo.lan:4317""#, renders("the address that clients dial, and a name in the certificate");
        /// `false` closes a listener that is open by default.
        enabled: Flag = "false", default("true");
    }
}

table! {
    /// A listener of OTLP over gRPC.
    pub struct GrpcListenerTable: ListenerTable {
        /// The largest message that is taken. The engines' own default is 4 MiB, and what is larger is lost.
        max_message: Mebibytes = r#""16MiB""#, default(r#""16MiB""#), renders("`max_recv_msg_size_mib`");
    }
}

table! {
    /// A listener of OTLP over HTTP.
    pub struct HttpListenerTable: ListenerTable {
        /// The largest message that is taken.
        max_message: Bytes = r#""16MiB""#, default(r#""16MiB""#), renders("`max_request_body_size`");
    }
}

table! {
    /// A listener of OTLP over HTTP, also for browsers.
    pub struct BrowserListenerTable: HttpListenerTable {
        /// Where web pages may send from.
        allowed_origins: Later;
    }
}
