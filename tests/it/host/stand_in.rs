//! The stand-in as a service of a host: this test binary, started again by `tests/hosts/tempo-stand-in`.

use crate::prove::standin::{self, Open};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tracewright::model::dataflow::{Bind, FileReference, Listener, Protocol};
use tracewright::model::names::TargetPath;
use tracewright::topology::{Examined, FileSet, read};

/// The configuration file whose listeners are opened.
const FILE: &str = "TRACEWRIGHT_TEST_STAND_IN";

/// Not a test of its own: what the service does, until it is stopped.
#[test]
fn tempo() {
    let Ok(file) = std::env::var(FILE) else { return };
    let bytes = std::fs::read(&file).unwrap();
    // Whatever stands there is read as the file of a package.
    let files = BTreeMap::from([(TargetPath::new("/etc/tempo/config.yml"), Examined::Bytes(&bytes))]);
    let topology = read(&FileSet { files, tempo_version: Some("2.10".to_owned()), ..FileSet::default() });
    standin::serve_at(topology.listeners.iter().map(open).collect());
}

fn open(listener: &Listener) -> Open {
    let Bind::Address(address) = listener.bind else { panic!("{} has no address", listener.setting) };
    let files = listener.tls.certificate.as_ref().zip(listener.tls.key.as_ref());
    let grpc = matches!(listener.protocol, Protocol::OtlpGrpc | Protocol::TempoInternal);
    Open {
        at: SocketAddr::new(address, listener.port.number()),
        grpc,
        tls: files.map(|(certificate, key)| acceptor(certificate, key, grpc)),
    }
}

fn acceptor(certificate: &FileReference, key: &FileReference, grpc: bool) -> TlsAcceptor {
    let chain = CertificateDer::pem_file_iter(certificate.path.as_str()).unwrap();
    let chain = chain.map(|certificate| certificate.unwrap()).collect();
    let key = PrivateKeyDer::from_pem_file(key.path.as_str()).unwrap();
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    config.alpn_protocols = vec![if grpc { b"h2".to_vec() } else { b"http/1.1".to_vec() }];
    TlsAcceptor::from(Arc::new(config))
}
