// SPDX-License-Identifier: Apache-2.0
// Who arrived: one row for each visit, made from its Encounter and Patient.

import type { Standing } from './actions.js';
import type { Change, Encounter, Named, Patient, Pons, Reference } from './pons.js';

export interface Row {
  encounter: string; // id
  patient: string; // id
  name: string;
  birthDate: string; // "1984-07-02"; empty: not known
  medicare: string; // masked; empty: none
  practitioner: string;
  location: string;
  finished: boolean;
  started: string; // as the practice's clock read it, with its offset
  secondsAfterStart: number | null; // null: read later, by catching up
  practitionerReference: string; // "Practitioner/…"
  locationReference: string;
  booking?: Standing;
  report?: Standing;
}

const MEDICARE = 'http://ns.electronichealth.net.au/id/medicare-number';

export class Arrivals {
  private readonly rows = new Map<string, Row>();
  private readonly names = new Map<string, string>();

  // `changed` is called with each row that is new or different.
  constructor(
    private readonly pons: Pons,
    private readonly changed: (row: Row | { gone: string }) => void,
  ) {}

  // Today's visits, newest first. The day is the practice's own: it is in the offset of the time.
  today(now = Date.now()): Row[] {
    return [...this.rows.values()]
      .filter((row) => isToday(row.started, now))
      .sort((a, b) => Date.parse(b.started) - Date.parse(a.started) ||
        b.encounter.localeCompare(a.encounter));
  }

  // Reads what the change is about and brings the rows up to date. Safe to repeat: messages can
  // come twice, and late, so the record as it is now counts, not what the message says of it.
  async apply({ data }: Change, heardAt: number): Promise<void> {
    if (data.resourceType === 'Encounter') await this.readEncounter(data.id, heardAt);
    if (data.resourceType === 'Patient') await this.readPatient(data.id);
  }

  // `heardAt`: when its first message came; null when it was missed and read later.
  async readEncounter(id: string, heardAt: number | null): Promise<void> {
    const encounter = await this.pons.read<Encounter>(`Encounter/${id}`);
    const reference = encounter?.subject?.reference;
    const patient = reference ? await this.pons.read<Patient>(reference) : undefined;
    if (!encounter || !patient || encounter.status === 'entered-in-error') {
      this.remove(id);
      return;
    }
    const started = encounter.period?.start ?? '';
    const [practitioner, location] = await Promise.all([
      this.nameOf(encounter.participant?.[0]?.individual),
      this.nameOf(encounter.location?.[0]?.location),
    ]);
    const known = this.rows.get(id);
    const seconds = heardAt === null || !started ? null : (heardAt - Date.parse(started)) / 1000;
    this.put({
      encounter: id,
      patient: patient.id,
      ...personal(patient),
      practitioner,
      location,
      finished: encounter.status === 'finished',
      started,
      secondsAfterStart: known ? known.secondsAfterStart : seconds,
      practitionerReference: encounter.participant?.[0]?.individual?.reference ?? '',
      locationReference: encounter.location?.[0]?.location.reference ?? '',
      ...(known?.booking && { booking: known.booking }),
      ...(known?.report && { report: known.report }),
    });
  }

  row(encounter: string): Row | undefined {
    return this.rows.get(encounter);
  }

  // Changes what a row shows; nothing where the row has gone.
  show(encounter: string, change: Partial<Row>): void {
    const row = this.rows.get(encounter);
    if (row) this.put({ ...row, ...change });
  }

  private async readPatient(id: string): Promise<void> {
    const rows = [...this.rows.values()].filter((row) => row.patient === id);
    if (rows.length === 0) return;
    const patient = await this.pons.read<Patient>(`Patient/${id}`);
    for (const row of rows) {
      if (patient) this.put({ ...row, ...personal(patient) });
      else this.remove(row.encounter);
    }
  }

  private put(row: Row): void {
    this.rows.set(row.encounter, row);
    this.changed(row);
  }

  private remove(encounter: string): void {
    if (this.rows.delete(encounter)) this.changed({ gone: encounter });
  }

  private async nameOf(reference: Reference | undefined): Promise<string> {
    if (!reference) return '';
    if (reference.display) return reference.display;
    if (!reference.reference) return '';
    const known = this.names.get(reference.reference);
    if (known !== undefined) return known;
    const record = await this.pons.read<Named>(reference.reference);
    const name = typeof record?.name === 'string' ? record.name : fullName(record?.name?.[0]);
    this.names.set(reference.reference, name);
    return name;
  }
}

function personal(patient: Patient) {
  const name = patient.name?.find((each) => each.use === 'official') ?? patient.name?.[0];
  const medicare = patient.identifier?.find((each) => each.system === MEDICARE)?.value ?? '';
  return { name: fullName(name), birthDate: patient.birthDate ?? '', medicare: masked(medicare) };
}

function fullName(name: { text?: string; family?: string; given?: string[] } | undefined): string {
  return [...(name?.given ?? []), name?.family ?? ''].join(' ').trim() || name?.text || '';
}

// The last four digits tell two people apart without showing the number.
function masked(number: string): string {
  return number ? '•••• ' + number.slice(-4) : '';
}

// "2026-03-09T15:02:03+11:00": same calendar day as `now` on that clock?
export function isToday(started: string, now: number): boolean {
  const offset = /([+-])(\d\d):(\d\d)$/.exec(started);
  const minutes = offset ? (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) : 0;
  const there = new Date(now + minutes * 60_000).toISOString();
  return started.slice(0, 10) === there.slice(0, 10);
}
