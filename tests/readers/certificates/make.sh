#!/bin/sh
# Makes the files of this folder; they are kept so that no test needs openssl. Good until 2126.
set -eu
cd "$(dirname "$0")"
openssl ecparam -name prime256v1 -genkey -noout -out ec-sec1.key
openssl pkcs8 -topk8 -nocrypt -in ec-sec1.key -out ec-pkcs8.key
openssl genrsa -traditional -out rsa-pkcs1.key 2048
openssl pkcs8 -topk8 -nocrypt -in rsa-pkcs1.key -out rsa-pkcs8.key
openssl genpkey -algorithm ed25519 -out ed25519.key
for kind in ec-sec1 rsa-pkcs1 ed25519; do
  openssl req -x509 -new -key "$kind.key" -days 36500 -subj "/O=tracewright tests/CN=$kind" \
    -addext "subjectAltName=DNS:tempo.internal,IP:127.0.0.1,IP:::1" \
    -addext "basicConstraints=critical,CA:FALSE" -addext "extendedKeyUsage=serverAuth" -out "${kind%%-*}.crt"
done
