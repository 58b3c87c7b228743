// SPDX-License-Identifier: Apache-2.0
// Our HL7 messages read by parsers that are not ours, and MLLP between our programs and senders and
// receivers that are not ours.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { connect as tlsConnect, createServer as tlsServer } from 'node:tls';

import { HL7Message } from 'hl7v2';

import { missingPrograms, root } from './lib/system.mjs';

const require = createRequire(import.meta.url);
const { Hl7Client, Hl7Server } = require('@medplum/hl7');
const { Hl7Message: MedplumMessage } = require('@medplum/core');
const simple = require('simple-hl7');

const bin = process.env.PONS_BIN ?? join(root, 'build/dev/bin');
const pons = join(bin, 'pons');
const skip = missingPrograms(['pons', 'pons-hl7-reports']) ?? false;

const folder = mkdtempSync(join(tmpdir(), 'pons-hl7-'));
after(() => rmSync(folder, { recursive: true, force: true }));

// ---- parsers

const CHARSETS = { ASCII: 'ascii', '8859/1': 'latin1', 'UNICODE UTF-8': 'utf8' };

function reports() {
  const lines = execFileSync(join(bin, 'pons-hl7-reports'), { maxBuffer: 64 << 20 }).toString().trim().split('\n');
  return new Map(lines.map((line) => {
    const { name, message, pdf_sha256 } = JSON.parse(line);
    const bytes = Buffer.from(message, 'base64');
    const charset = bytes.toString('latin1').split('|')[17];
    return [name, { bytes, pdf_sha256, charset, text: bytes.toString(CHARSETS[charset]) }];
  }));
}

// "OBX[2]-5.1.2" as { segment, nth, field, repetition, component, subcomponent }.
function placeOf(path) {
  const [, segment, nth = 1, field, repetition = 1, component = 1, subcomponent] =
    /^(\w{3})(?:\[(\d+)\])?-(\d+)(?:\[(\d+)\])?(?:\.(\d+))?(?:\.(\d+))?$/.exec(path);
  return { segment, nth: +nth, field: +field, repetition: +repetition, component: +component, subcomponent: subcomponent && +subcomponent };
}

// Medplum's parser leaves escapes as they are.
const unescape = (text) => text.replace(/\\([FSTRE]|\.br)\\/g, (all, code) =>
  ({ F: '|', S: '^', T: '&', R: '~', E: '\\', '.br': '\n' })[code]);

const READERS = {
  hl7v2(text) {
    const message = HL7Message.parse(text);
    return (path) => {
      const at = placeOf(path);
      const segment = message.segments.filter(({ segmentType }) => segmentType === at.segment)[at.nth - 1];
      return segment?.field(at.field).repetition(at.repetition - 1)?.getValue(at.component, at.subcomponent) ?? '';
    };
  },
  medplum(text) {
    const message = MedplumMessage.parse(text);
    return (path) => {
      const at = placeOf(path);
      const segment = message.getAllSegments(at.segment)[at.nth - 1];
      const value = segment?.getComponent(at.field, at.component, (at.subcomponent ?? 1) - 1, at.repetition - 1);
      return unescape(value ?? '');
    };
  },
};

const PLAIN = {
  'MSH-3': 'PONS', 'MSH-4': 'HARBOUR CLINIC', 'MSH-4.2': '1.2.36.1.2001.1003.0.8003629900000015', 'MSH-4.3': 'ISO',
  'MSH-5': 'BPS', 'MSH-6': 'HARBOUR CLINIC', 'MSH-7': '20260504101500+1000', 'MSH-9': 'ORU', 'MSH-9.2': 'R01',
  'MSH-9.3': 'ORU_R01', 'MSH-10': 'M0001', 'MSH-11': 'P', 'MSH-12': '2.4', 'MSH-15': 'AL', 'MSH-16': 'AL',
  'MSH-17': 'AUS', 'MSH-18': 'ASCII', 'MSH-19': 'en',
  'PID-1': '1', 'PID-3.1': '41', 'PID-3.4': 'HARBOUR CLINIC', 'PID-3.5': 'MR',
  'PID-3[2].1': '29999901811', 'PID-3[2].4': 'AUSHIC', 'PID-3[2].5': 'MC',
  'PID-3[3].1': '8003609900000017', 'PID-3[3].5': 'NI', 'PID-3[4].1': 'NX901541', 'PID-3[4].4': 'AUSDVA',
  'PID-5.1': 'SAMPLE', 'PID-5.2': 'ADA', 'PID-5.3': 'GRACE', 'PID-5.5': 'MS', 'PID-5.7': 'L',
  'PID-7': '19800229', 'PID-8': 'F', 'PID-11.1': '1 Wharf St', 'PID-11.3': 'SYDNEY', 'PID-11.4': 'NSW',
  'PID-11.5': '2000', 'PID-11.6': 'AUS', 'PID-13.7': '0255501234', 'PID-13[2].3': 'CP', 'PID-13[2].7': '0400000000',
  'PV1-2': 'O', 'PV1-9.1': '9990010W', 'ORC-1': 'RE', 'ORC-3': 'R0001', 'ORC-5': 'CM',
  'OBR-3': 'R0001', 'OBR-3.2': 'PONS', 'OBR-3.3': 'pons.health', 'OBR-3.4': 'DNS',
  'OBR-4': '11488-4', 'OBR-4.2': 'Dermatology timeline report', 'OBR-4.3': 'LN', 'OBR-7': '20260504100000+1000',
  'OBR-16.1': '9990010W', 'OBR-16.2': 'TESTER', 'OBR-16.3': 'SAM', 'OBR-16.6': 'DR', 'OBR-16.9': 'AUSHICPR',
  'OBR-16.10': 'L', 'OBR-16.13': 'UPIN', 'OBR-22': '20260504101500+1000', 'OBR-24': 'PHY', 'OBR-25': 'F', 'OBR-26': '',
  'OBX-1': '1', 'OBX-2': 'ED', 'OBX-3': 'PDF', 'OBX-3.3': 'AUSPDI', 'OBX-5.2': 'application', 'OBX-5.3': 'pdf',
  'OBX-5.4': 'Base64', 'OBX-11': 'F', 'OBX-14': '20260504101500+1000',
};
const AWKWARD = { 'PID-11.1': '1 A|B \\F\\ St', 'OBR-4.2': 'Spots & moles ^ 2026' };
const ACCENTS = { 'PID-5.1': 'O|Neil^~\\&Söhne', 'PID-5.2': 'Zoë Ann', 'OBR-16.2': 'Müller&Co', 'OBR-16.3': 'Jörg' };
const WANTED = {
  plain: PLAIN,
  'three megabytes': PLAIN,
  'awkward ascii': { ...PLAIN, ...AWKWARD, 'PID-5.1': 'O|Neil^~\\&Sohne', 'PID-5.2': 'Zoe Ann', 'PID-5.3': 'Nguyen',
    'OBR-16.2': 'Muller&Co', 'OBR-16.3': 'Jorg' },
  'awkward latin1': { ...PLAIN, ...AWKWARD, ...ACCENTS, 'MSH-18': '8859/1', 'PID-5.3': 'Nguyen' },
  'awkward utf8': { ...PLAIN, ...AWKWARD, ...ACCENTS, 'MSH-18': 'UNICODE UTF-8', 'PID-5.3': 'Nguyễn' },
  'other switches': { ...PLAIN, 'MSH-12': '2.3.1', 'MSH-16': 'NE', 'PV1-9.1': '', 'OBR-16.1': '', 'OBR-16.9': '',
    'OBR-16.13': '', 'OBX-2': 'FT', 'OBX-3': 'TXT', 'OBX-5.2': '', 'OBX-5.3': '', 'OBX-5.4': '', 'OBX[2]-2': 'ED',
    'OBX[2]-5.2': 'Application', 'OBX[2]-5.3': 'PDF', 'OBX[2]-5.4': 'Base64', 'OBX[2]-11': 'F' },
};

for (const [library, read] of Object.entries(READERS)) {
  test(`${library} reads the same fields, and the PDF byte for byte`, { skip }, () => {
    for (const [name, report] of reports()) {
      const value = read(report.text);
      const wanted = WANTED[name];
      assert.ok(wanted, name);
      // hl7v2 reads what the standard types as a number (a phone number's digits) as one.
      const same = (path) => (typeof value(path) === 'number' ? Number(wanted[path]) === value(path) : undefined);
      const found = Object.fromEntries(Object.keys(wanted).map((path) => [path, same(path) ? wanted[path] : value(path)]));
      assert.deepEqual(found, wanted, name);
      const pdf = Buffer.from(value(name === 'other switches' ? 'OBX[2]-5.5' : 'OBX-5.5'), 'base64');
      assert.equal(createHash('sha256').update(pdf).digest('hex'), report.pdf_sha256, name);
    }
  });
}

test('segments end as the switch says', { skip }, () => {
  for (const [name, { text }] of reports()) {
    assert.equal(text.includes('\n'), name === 'other switches', name);
    assert.ok(text.endsWith(name === 'other switches' ? '\r\n' : '\r'), name);
  }
});

// ---- MLLP

function message(id, more = 'PID|1||41||Sample^Ada') {
  return `MSH|^~\\&|LAB|NORTH|PONS|CLINIC|20260504101500+1000||ORU^R01^ORU_R01|${id}|P|2.4\r${more}\r`;
}

function fileWith(id, ...more) {
  const path = join(folder, `${id}.hl7`);
  writeFileSync(path, message(id, ...more));
  return path;
}

// pons hl7 send; { code, out, err }.
function send(port, path, seconds = 5, ...more) {
  return new Promise((resolve) => {
    execFile(pons, ['hl7', 'send', `127.0.0.1:${port}`, path, '--timeout', seconds, ...more], (error, out, err) =>
      resolve({ code: error?.code ?? 0, out, err }));
  });
}

// pons hl7 listen; { port, files(), stop(signal) }.
async function listen(name, ...more) {
  const inbox = join(folder, name);
  const child = spawn(pons, ['hl7', 'listen', '--port', '0', '--folder', inbox, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (data) => (log += data));
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () => reject(new Error(`pons hl7 listen ended: ${log}`)));
  });
  return {
    port: Number(line.split(':').at(-1)),
    files: () => readdirSync(inbox).sort().map((file) => readFileSync(join(inbox, file), 'latin1')),
    log: () => log,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

const idsOf = (files) => files.map((text) => text.split('|')[9]).sort();

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('our sender and the receiver of simple-hl7', { skip }, async () => {
  const seen = [];
  const app = simple.tcp();
  app.use((req, res, next) => {
    seen.push(req.msg.getSegment('PID').getComponent(5, 1));
    next();
  });
  app.use((req, res) => res.end());
  const port = await freePort();
  const server = app.start(port);
  try {
    const { code, out } = await send(port, fileWith('S1'));
    assert.equal(out, 'AA  S1\n');
    assert.equal(code, 0);
    assert.deepEqual(seen, ['Sample']);
  } finally {
    server.stop();
  }
});

test('our sender and the receiver of Medplum', { skip }, async () => {
  const seen = [];
  const server = new Hl7Server((connection) => {
    connection.addEventListener('message', ({ message: received }) => {
      seen.push(received.getSegment('MSH').getField(10).toString());
      connection.send(received.buildAck());
    });
  });
  const port = await freePort();
  server.start(port);
  try {
    const big = `OBX|1|ED|||^application^pdf^Base64^${'QUJD'.repeat(1 << 20)}`;
    for (const path of [fileWith('P1'), fileWith('P2', big)]) {
      const { code, out, err } = await send(port, path);
      assert.match(out, /^AA {2}P\d\b/, err);
      assert.equal(code, 0);
    }
    assert.deepEqual(seen, ['P1', 'P2']);
  } finally {
    await server.stop();
  }
});

test('a receiver that refuses, one that is silent, and none', { skip }, async () => {
  const answers = ['MSA|AE|R1|no such patient\r', undefined, undefined];
  let received = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    let bytes = '';
    socket.on('data', (data) => {
      bytes += data.toString('latin1');
      if (!bytes.endsWith('\x1c\r')) return;
      received.push(bytes);
      const answer = answers.shift();
      if (answer) socket.write(`\x0bMSH|^~\\&|||||||ACK|1|P|2.4\r${answer}\x1c\r`);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const refused = await send(port, fileWith('R1'));
  assert.equal(refused.code, 1);
  assert.equal(refused.out, 'AE  R1  no such patient\n');
  received = [];
  const silent = await send(port, fileWith('R2'), 1);
  assert.equal(silent.code, 4);
  assert.match(silent.err, /no answer in time; the message may have arrived all the same/);
  assert.equal(received.length, 2);
  assert.equal(received[0], received[1], 'the identical message');
  await new Promise((resolve) => server.close(resolve));
  const nobody = await send(port, fileWith('R3'));
  assert.equal(nobody.code, 4);
  assert.doesNotMatch(nobody.err, /may have arrived/);
});

test('our listener and the sender of simple-hl7: N messages, N answers, N files', { skip }, async () => {
  const listener = await listen('simple');
  const client = simple.Server.createTcpClient({ host: '127.0.0.1', port: listener.port, keepalive: true });
  const ids = ['C1', 'C2', 'C3', 'C4'];
  for (const id of ids) {
    const sent = new simple.Message('LAB', 'NORTH', 'PONS', 'CLINIC', '20260504', '', ['ORU', 'R01'], id, 'P', '2.4');
    sent.addSegment('PID', '1', '', '41', '', ['Sample', 'Ada']);
    const ack = await new Promise((resolve, reject) => {
      client.send(sent, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
    assert.equal(String(ack.getSegment('MSA').fields[0]), 'AA');
    assert.equal(String(ack.getSegment('MSA').fields[1]), id);
  }
  client.close();
  assert.deepEqual(idsOf(listener.files()), ids);
  assert.equal(await listener.stop(), 0);
});

test('our listener and the sender of Medplum', { skip }, async () => {
  const listener = await listen('medplum');
  const client = new Hl7Client({ host: '127.0.0.1', port: listener.port, keepAlive: true });
  const big = `OBX|1|ED|||^application^pdf^Base64^${'QUJD'.repeat(1 << 20)}`;
  for (const text of [message('D1'), message('D2'), message('D3', big)]) {
    const ack = await client.sendAndWait(MedplumMessage.parse(text));
    assert.equal(ack.getSegment('MSA').getField(1).toString(), 'AA');
  }
  client.close();
  assert.deepEqual(idsOf(listener.files()), ['D1', 'D2', 'D3']);
  await listener.stop();
});

test('what was acknowledged outlives SIGKILL, and sent again it is not kept twice', { skip }, async () => {
  const first = await listen('killed');
  const paths = ['K1', 'K2', 'K3'].map((id) => fileWith(id));
  for (const path of paths) assert.equal((await send(first.port, path)).code, 0);
  assert.equal(await first.stop('SIGKILL'), 'SIGKILL');
  const second = await listen('killed');
  assert.deepEqual(idsOf(second.files()), ['K1', 'K2', 'K3']);
  for (const path of paths) assert.equal((await send(second.port, path)).code, 0);
  assert.equal(second.files().length, 3);
  // The same control id with another body is another message, and said so.
  assert.equal((await send(second.port, fileWith('K1', 'PID|1||42||Other^Ben'))).code, 0);
  assert.equal(second.files().length, 4);
  assert.match(second.log(), /control id was used again/);
  assert.doesNotMatch(second.log(), /Sample|Other/);
  await second.stop();
});

test('idle connections stay, and one that leaves in the middle of a frame harms nobody', { skip }, async () => {
  const listener = await listen('idle');
  const idle = connect(listener.port, '127.0.0.1');
  const rude = connect(listener.port, '127.0.0.1');
  await new Promise((resolve) => rude.once('connect', resolve));
  await new Promise((resolve) => rude.end(`\x0b${message('half')}`, resolve));
  assert.equal((await send(listener.port, fileWith('I1'))).code, 0);
  const answer = new Promise((resolve) => idle.once('data', (data) => resolve(data.toString())));
  idle.write(`\x0b${message('I2')}\x1c\r`);
  assert.match(await answer, /MSA\|AA\|I2\r/);
  idle.end();
  assert.deepEqual(idsOf(listener.files()), ['I1', 'I2']);
  await listener.stop();
});

test('TLS: the sender checks the certificate, and Node reads and speaks the same', { skip }, async () => {
  const [key, certificate] = ['key.pem', 'cert.pem'].map((file) => join(folder, file));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-days', '2', '-keyout', key, '-out', certificate, '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' });
  const listener = await listen('tls', '--tls-certificate', certificate, '--tls-key', key);
  const trusted = await send(listener.port, fileWith('T1'), 5, '--ca-file', certificate);
  assert.equal(trusted.out, 'AA  T1\n', trusted.err);
  const untrusted = await send(listener.port, fileWith('T2'), 5, '--tls');
  assert.equal(untrusted.code, 1);
  assert.match(untrusted.err, /certificate is not trusted/);
  const plain = await send(listener.port, fileWith('T3'), 5);
  assert.equal(plain.code, 4);
  const socket = tlsConnect({ port: listener.port, host: '127.0.0.1', ca: readFileSync(certificate) });
  const answer = new Promise((resolve) => socket.once('data', (data) => resolve(data.toString())));
  socket.write(`\x0b${message('T4')}\x1c\r`);
  assert.match(await answer, /MSA\|AA\|T4\r/);
  socket.end();
  assert.deepEqual(idsOf(listener.files()), ['T1', 'T4']);
  await listener.stop();

  const server = tlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (taken) => {
    taken.on('data', () => taken.write('\x0bMSH|^~\\&|||||||ACK|1|P|2.4\rMSA|AA|T5\r\x1c\r'));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { out, err } = await send(server.address().port, fileWith('T5'), 5, '--ca-file', certificate);
  assert.equal(out, 'AA  T5\n', err);
  await new Promise((resolve) => server.close(resolve));
});

test('pons hl7 check shows the fields and what breaks the rules', { skip }, () => {
  const { bytes } = reports().get('plain');
  const out = execFileSync(pons, ['hl7', 'check', '-'], { input: bytes }).toString();
  assert.match(out, /^PID-5 +patient name +SAMPLE\^ADA\^GRACE\^\^MS\^\^L$/m);
  assert.match(out, /^OBX-5 +value +\^application\^pdf\^Base64\^\(20000 bytes\)$/m);
  assert.match(out, /Nothing breaks the Australian rules/);
  let failed;
  try {
    execFileSync(pons, ['hl7', 'check', '-'], { input: message('X') });
  } catch (error) {
    failed = error;
  }
  assert.equal(failed.status, 5);
  assert.match(failed.stdout.toString(), /MSH-12 +names no Australian profile/);
});
