'use strict';
// A gateway on the npm package `smpp`, an SMPP stack that is not ours. It listens on a free port and
// writes one JSON object a line about what happens; lines it reads change what it does. It ends with
// its standard input, so that it outlives no test.
//
// In:  {"plan": {...}}  any of the fields below
//      {"deliver": {...}}  a deliver_sm with these fields
//      {"enquire": true}, {"unbind": true}, {"cut": true}
// Out: {"event": "listening" | "ordered" | "bind" | "submit" | "delivered" | "enquired" | "unbound" | "closed", ...}
const readline = require('node:readline');
const smpp = require('smpp');

const plan = {
  password: 'secret08',
  statuses: [],    // answers to the next submit_sm, in order; then 0
  silent: 0,       // so many are kept and never answered
  cutAfter: 0,     // so many are kept, and the connection is cut instead of an answer
  receipt: null,   // stat of a receipt for each, when it was asked for
  receiptFirst: false,
  receiptTimes: 1,
  decimal: false,  // the receipt names the id in decimal, and only in its text
};

const say = (event, fields) => process.stdout.write(JSON.stringify({ event, ...fields }) + '\n');
let count = 0xa0;
let current = null;

const octets = (value) => (Buffer.isBuffer(value) ? value.toString('latin1') : value);

// What the stack makes of a submit_sm: with a text, and TLVs that it does not know under their numbers.
function read(pdu) {
  const body = pdu.message_payload || pdu.short_message;
  const unknown = Object.entries(pdu).filter(([key]) => /^\d+$/.test(key));
  return {
    from: pdu.source_addr, fromTon: pdu.source_addr_ton, fromNpi: pdu.source_addr_npi,
    to: pdu.destination_addr, toTon: pdu.dest_addr_ton, toNpi: pdu.dest_addr_npi,
    coding: pdu.data_coding, esm: pdu.esm_class, registered: pdu.registered_delivery,
    text: octets(body.message), udh: (body.udh || []).map((element) => [...element]),
    payload: pdu.message_payload !== undefined,
    sar: pdu.sar_total_segments ? [pdu.sar_msg_ref_num, pdu.sar_total_segments, pdu.sar_segment_seqnum] : null,
    tlvs: Object.fromEntries(unknown.map(([key, value]) => [key, octets(value)])),
  };
}

function sendReceipt(session, submit, id) {
  const named = plan.decimal ? String(parseInt(id, 16)) : id;
  const stamp = '2611232210';
  const pdu = {
    esm_class: smpp.ESM_CLASS.MC_DELIVERY_RECEIPT,
    source_addr: submit.destination_addr,
    destination_addr: submit.source_addr,
    short_message: `id:${named} sub:001 dlvrd:001 submit date:${stamp} done date:${stamp} ` +
      `stat:${plan.receipt} err:000 text:anything`,
  };
  if (!plan.decimal) pdu.receipted_message_id = id;
  for (let time = 0; time < plan.receiptTimes; time += 1) {
    session.deliver_sm({ ...pdu }, (answer) => say('delivered', { status: answer.command_status }));
  }
}

function onSubmit(session, pdu) {
  const status = plan.statuses.shift() || 0;
  if (status) return session.send(pdu.response({ command_status: status }));
  count += 1;
  const id = count.toString(16).toUpperCase();
  say('submit', { id, ...read(pdu) });
  if (plan.cutAfter > 0) {
    plan.cutAfter -= 1;
    return session.destroy();
  }
  if (plan.silent > 0) {
    plan.silent -= 1;
    return undefined;
  }
  const receipt = () => plan.receipt && pdu.registered_delivery & 1 && sendReceipt(session, pdu, id);
  if (plan.receiptFirst) receipt();
  session.send(pdu.response({ message_id: id }));
  if (!plan.receiptFirst) receipt();
  return undefined;
}

const server = smpp.createServer((session) => {
  // Resets are among the tests; the end of the session follows.
  session.on('error', () => {});
  session.on('close', () => say('closed', {}));
  session.on('bind_transceiver', (pdu) => {
    const right = pdu.system_id === 'redress' && pdu.password === plan.password;
    say('bind', { right, version: pdu.interface_version });
    if (right) current = session;
    session.send(pdu.response(right ? { system_id: 'PEER' } : { command_status: smpp.ESME_RINVPASWD }));
  });
  session.on('submit_sm', (pdu) => onSubmit(session, pdu));
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => {
    say('unbound', {});
    session.send(pdu.response());
    session.close();
  });
});
server.listen(0, '127.0.0.1', () => say('listening', { port: server.address().port }));

const input = readline.createInterface({ input: process.stdin });
input.on('line', (line) => {
  const order = JSON.parse(line);
  Object.assign(plan, order.plan);
  if (order.deliver) {
    const body = order.deliver.short_message;
    if (body.udh) body.udh = Buffer.from(body.udh);
    current.deliver_sm(order.deliver, (answer) => say('delivered', { status: answer.command_status }));
  }
  if (order.enquire) current.enquire_link((answer) => say('enquired', { status: answer.command_status }));
  if (order.unbind) current.unbind(() => { say('unbound', {}); current.close(); });
  if (order.cut) current.destroy();
  say('ordered', {});
});
input.on('close', () => process.exit(0));
