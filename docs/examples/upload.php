<?php
// Sends an NF-e and approves it. Use: SGE_URL=... SGE_TOKEN=sge_... php docs/examples/upload.php note.xml
$request = curl_init(getenv('SGE_URL') . '/api/nfe/upload?approve=true');
curl_setopt_array($request, [
    CURLOPT_POST => true,
    CURLOPT_POSTFIELDS => file_get_contents($argv[1]),
    CURLOPT_HTTPHEADER => ['Authorization: Bearer ' . getenv('SGE_TOKEN'), 'Content-Type: application/xml'],
    CURLOPT_RETURNTRANSFER => true,
]);
$body = curl_exec($request);
$status = curl_getinfo($request, CURLINFO_RESPONSE_CODE);
$answer = json_decode($body, true);
// 409 nfe.duplicate: the note is here already, for example by an earlier attempt.
if ($status === 200 || ($answer['code'] ?? '') === 'nfe.duplicate') {
    echo $answer['access_key'], "\n";
} else {
    fwrite(STDERR, ($answer['detail'] ?? $body) . "\n");
    exit(1);
}
