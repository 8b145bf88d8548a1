#!/bin/sh
# Sends an NF-e and approves it; then shows the stock. Use: SGE_URL=... SGE_TOKEN=sge_... sh docs/examples/upload.sh note.xml
set -eu
curl --silent --show-error --header "Authorization: Bearer $SGE_TOKEN" --header 'Content-Type: application/xml' \
  --data-binary "@$1" "$SGE_URL/api/nfe/upload?approve=true"
echo
curl --silent --show-error --header "Authorization: Bearer $SGE_TOKEN" "$SGE_URL/api/stock?limit=100"
