#!/bin/bash
# mkpki.sh DIR: the certificates of the recorded exchanges (RSA-2048, SHA-256), kept when they are there.
set -eu
umask 077; mkdir -p "$1"; cd "$1"
[ -f ca.pem ] && exit 0
ca() { # name subj
  openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -keyout $1.key -out $1.pem -subj "$2" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null; }
crt() { # name subj ca ext days [newkeyargs]
  openssl req -new ${6:--newkey rsa:2048} -nodes -keyout $1.key -out $1.csr -subj "$2" ${7:+$7} 2>/dev/null
  printf "%s\n" "$4" > $1.ext
  openssl x509 -req -in $1.csr -CA $3.pem -CAkey $3.key -CAcreateserial -sha256 -days $5 -extfile $1.ext -out $1.pem 2>/dev/null
  rm -f $1.csr $1.ext; }
ca ca "/CN=Conformance CA"
ca otherca "/CN=Untrusted CA"
SRV=$'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=DNS:proxy.example.com,DNS:localhost,IP:127.0.0.1'
CLI=$'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=clientAuth'
crt server "/CN=proxy.example.com" ca "$SRV" 3650
crt foreman "/CN=foreman.example.com" ca "$CLI"$'\nsubjectAltName=DNS:foreman.example.com' 3650
crt foreman-upper "/CN=FOREMAN.Example.COM" ca "$CLI" 3650
crt foreman-o "/O=Acme Inc/OU=Ops/CN=foreman.example.com" ca "$CLI" 3650
crt foreman-ec "/CN=foreman.example.com" ca "$CLI" 3650 "-newkey ec -pkeyopt ec_paramgen_curve:P-256"
crt other "/CN=other.example.com" ca "$CLI" 3650
crt san-only "/O=NoCN" ca "$CLI"$'\nsubjectAltName=DNS:foreman.example.com' 3650
crt cn-in-o "/O=CN=foreman.example.com/CN=evil.example.com" ca "$CLI" 3650
crt expired "/CN=foreman.example.com" ca "$CLI" 0
crt serveronly-eku "/CN=foreman.example.com" ca $'basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth' 3650
crt untrusted "/CN=foreman.example.com" otherca "$CLI" 3650
openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -keyout selfsigned.key -out selfsigned.pem -subj "/CN=foreman.example.com" 2>/dev/null

