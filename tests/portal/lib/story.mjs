// SPDX-License-Identifier: Apache-2.0
// One believable practice for the pages: connected, an app with filters, visits of which some were
// shared, a webhook that works and one that fails; and the addresses of every page of it.

import { Receiver, until, World, bin } from './portal.mjs';
import { join } from 'node:path';

export async function tell({ patients = 300, appointments = 700, visits = 12 } = {}) {
  const world = await World.start({
    sandbox: ['--patients', String(patients), '--appointments', String(appointments), '--seed', '11'],
    args: ['--development', '--sandbox-program', join(bin, 'pons-sandbox')] });
  try {
    await fill(world, visits);
  } catch (error) {
    await world.stop();
    throw error;
  }
  return world;
}

async function fill(world, visits) {
  world.ola = await world.operator();
  const made = await world.organization(world.ola);
  world.org = made.organization;
  world.mara = made.admin;
  world.sam = await world.member(world.mara, world.org, 'staff', 'sam@harbour.example', 'Sam Staff');
  world.lee = await world.member(world.mara, world.org, 'limited', 'lee@harbour.example', 'Lee Limited');
  world.connection = await world.connection(world.mara, world.org);
  world.app = await world.ola.call('POST', '/apps', { name: 'Skin Viewer' });
  world.receiver = await Receiver.start();
  world.broken = await Receiver.start();
  world.broken.status = 503;
  world.receivers.push(world.receiver, world.broken);
  const webhooks = [];
  for (const receiver of [world.receiver, world.broken]) {
    const webhook = await world.ola.call('POST', `/apps/${world.app.id}/webhooks`,
      { url: receiver.url, events: ['encounter.created', 'patient.updated'] });
    receiver.secret = webhook.secret;
    webhooks.push(webhook.id);
  }
  [world.webhook, world.brokenWebhook] = webhooks;
  const directory = await until('the directory is read', async () => {
    const found = await world.mara.get(`/connections/${world.connection}/directory`);
    return found.locations.length > 0 && found.practitioners.length > 0 && found.services.length > 0 && found;
  });
  world.directory = directory;
  const grant = await world.mara.call('POST', `/organizations/${world.org}/grants`, {
    app: world.app.id, connection: world.connection, mode: 'on_visit', switches: { patients_in: true, take_bookings: true },
    locations: directory.locations.map(({ id, name }) => ({ id, app_location: name })),
    practitioners: { kind: 'these', ids: directory.practitioners.slice(0, Math.ceil(directory.practitioners.length / 2)).map((p) => p.id) },
    services: { kind: 'all', ids: [] },
  });
  world.grant = grant.id;
  await world.visitsAreSeen();
  for (let n = 0; n < visits; n++) await world.startVisit();
  await until('a visit was shared', () => world.receiver.messages.length > 0);
  await until('a delivery has failed', async () => {
    const items = await world.ola.list(`/webhooks/${world.brokenWebhook}/deliveries`);
    return items.some((item) => item.last_status === 503);
  });
  world.patient = (await until('patients are listed', async () => {
    const items = await world.mara.list(`/organizations/${world.org}/patients`);
    return items.length > 0 && items;
  }))[0];
}

// Every page: its name, its address, and whose eyes look at it.
export async function pagesOf(world) {
  const org = `/portal/o/${world.org}`;
  const failed = (await world.ola.list(`/webhooks/${world.brokenWebhook}/deliveries`))[0];
  const { mara, ola, lee, sam } = world;
  return [
    ['sign-in', '/portal/sign-in'],
    ['forgot', '/portal/forgot'],
    ['reset', '/portal/reset#made-up-token'],
    ['invitation-gone', '/portal/invitation#made-up-token'],
    ['first-start', '/portal/first-start'],
    ['overview', org, mara],
    ['connections', `${org}/connections`, mara],
    ['connect', `${org}/connections/new`, mara],
    ['connection', `${org}/connections/${world.connection}`, mara],
    ['apps', `${org}/apps`, mara],
    ['app-new', `${org}/apps/new`, mara],
    ['filters', `${org}/apps/${world.grant}`, mara],
    ['switches', `${org}/apps/${world.grant}/allow`, mara],
    ['activity', `${org}/activity`, mara],
    ['patients', `${org}/patients`, mara],
    ['patient', `${org}/patients/${world.patient.id}`, mara],
    ['members', `${org}/settings`, mara],
    ['audit', `${org}/settings/audit`, mara],
    ['account', '/portal/account', mara],
    ['account-security', '/portal/account/security', mara],
    ['account-notifications', '/portal/account/notifications', mara],
    ['overview-staff', org, sam],
    ['overview-limited', org, lee],
    ['connections-limited', `${org}/connections`, lee],
    ['developer', '/portal/developer', ola],
    ['developer-organizations', '/portal/developer/organizations', ola],
    ['developer-connections', '/portal/developer/connections', ola],
    ['developer-connection-new', '/portal/developer/connections/new', ola],
    ['keys', '/portal/developer/keys', ola],
    ['app', `/portal/developer/keys/${world.app.id}`, ola],
    ['webhooks', '/portal/developer/webhooks', ola],
    ['webhook', `/portal/developer/webhooks/${world.brokenWebhook}`, ola],
    ['delivery', `/portal/developer/webhooks/${world.brokenWebhook}/deliveries/${failed.id}`, ola],
    ['explorer', '/portal/developer/explorer', ola],
    ['sandbox', '/portal/developer/sandbox', ola],
    ['usage', '/portal/developer/usage', ola],
    ['logs', '/portal/developer/logs', ola],
    ['operator', '/portal/operator', ola],
    ['operator-organizations', '/portal/operator/organizations', ola],
    ['operator-commands', '/portal/operator/commands', ola],
    ['operator-quarantine', '/portal/operator/quarantine', ola],
    ['operator-logs', '/portal/operator/logs', ola],
    ['operator-backups', '/portal/operator/backups', ola],
    ['operator-users', '/portal/operator/users', ola],
    ['operator-audit', '/portal/operator/audit', ola],
    ['not-found', '/portal/nothing/here', mara],
  ].map(([name, path, person]) => ({ name, path, person }));
}
export const MAIN_PAGES = ['overview', 'connection', 'filters', 'activity', 'webhook'];
