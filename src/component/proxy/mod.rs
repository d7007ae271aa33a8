//! Proxies in front of a stack: nginx, Caddy, `HAProxy`, Traefik.

pub mod read;
