// SPDX-License-Identifier: Apache-2.0
// What this app asks of the practice: a follow-up appointment, and a report into the patient's file.
// Each wish has a key of its own, so that asking again after a lost answer never does it twice.

import { randomUUID } from 'node:crypto';

import type { Row } from './arrivals.js';
import { PonsError, type Appointment, type DocumentReference, type Outcome, type Patient, type Pons } from './pons.js';

export interface Offer {
  start: string;
  label: string;
}
// How a wish stands, as the page shows it.
export interface Standing {
  state: 'asking' | 'done' | 'waiting' | 'taken' | 'refused';
  text: string;
  offers?: Offer[]; // other times
}

const EXPORT_STATE = 'https://pons.health/fhir/StructureDefinition/export-state';
const ALTERNATIVE = 'https://pons.health/fhir/StructureDefinition/alternative-slot';
const MOST_OFFERS = 3;
const WORDS: Record<string, string> = {
  requested: 'Report: requested',
  queued: 'Report: on its way',
  delivered: 'Report: waits for the practice to import it',
  imported: 'Report: imported by the practice',
  failed: 'Report: the practice could not take it',
};

export class Actions {
  private readonly rowsOf = new Map<string, string>(); // "Appointment/…" to the row's encounter

  // `show` puts what has changed into a row.
  constructor(
    private readonly pons: Pons,
    private readonly show: (encounter: string, change: Partial<Row>) => void,
  ) {}

  // Tomorrow at ten, or the next working day; or the time that was picked of those offered.
  async book(row: Row, start = nextMorning(row.started)): Promise<void> {
    const say = (booking: Standing) => this.show(row.encounter, { booking });
    say({ state: 'asking', text: 'Asking the practice…' });
    try {
      const types = await this.pons.search<{ id: string }>('HealthcareService?active=true&_count=1');
      const answer = await this.pons.create<Appointment>('Appointment', {
        resourceType: 'Appointment',
        status: 'booked',
        start,
        description: 'Follow-up',
        participant: [`Patient/${row.patient}`, row.practitionerReference, row.locationReference,
          types[0] && `HealthcareService/${types[0].id}`]
          .filter(Boolean).map((reference) => ({ actor: { reference }, status: 'needs-action' })),
      }, randomUUID());
      if (answer.resourceType !== 'Appointment') {
        return say({ state: 'waiting', text: 'The practice has not answered yet.' });
      }
      this.rowsOf.set(`Appointment/${answer.id}`, row.encounter);
      say(booked(answer));
    } catch (error) {
      say(refusal(error));
    }
  }

  async sendReport(row: Row): Promise<void> {
    const say = (report: Standing) => this.show(row.encounter, { report });
    say({ state: 'asking', text: 'Drawing the report…' });
    try {
      const patient = await this.pons.read<Patient>(`Patient/${row.patient}`);
      if (!patient) return say({ state: 'refused', text: 'The patient is no longer shared.' });
      const answer = await this.pons.create<DocumentReference>(
        'DocumentReference/$timeline-report', reportOf(row, patient), randomUUID());
      if (answer.resourceType !== 'DocumentReference') {
        return say({ state: 'waiting', text: WORDS['requested']! });
      }
      this.rowsOf.set(`DocumentReference/${answer.id}`, row.encounter);
      say(exported(answer));
      // It may have been imported before this app knew which row to put that into.
      await this.look('DocumentReference', answer.id);
    } catch (error) {
      say(refusal(error));
    }
  }

  // What a webhook told: staff move bookings, and reports get on.
  async look(type: string, id: string): Promise<void> {
    const encounter = this.rowsOf.get(`${type}/${id}`);
    if (!encounter) return;
    if (type === 'Appointment') {
      const appointment = await this.pons.read<Appointment>(`Appointment/${id}`);
      this.show(encounter, { booking: booked(appointment) });
    } else {
      const document = await this.pons.read<DocumentReference>(`DocumentReference/${id}`);
      if (document) this.show(encounter, { report: exported(document) });
    }
  }
}

function booked(appointment: Appointment | undefined): Standing {
  if (!appointment || appointment.status === 'cancelled') {
    return { state: 'refused', text: 'Appointment cancelled' };
  }
  return { state: 'done', text: `Booked: ${label(appointment.start)}` };
}

function exported(document: DocumentReference): Standing {
  const state = document.extension?.find((each) => each.url === EXPORT_STATE)?.valueCode ?? 'requested';
  return { state: state === 'imported' ? 'done' : state === 'failed' ? 'refused' : 'waiting',
    text: WORDS[state] ?? `Report: ${state}` };
}

function refusal(error: unknown): Standing {
  if (!(error instanceof PonsError)) return { state: 'refused', text: 'No answer. Nothing may have happened; try again.' };
  const offers = ((error.body as Outcome | undefined)?.issue ?? [])
    .flatMap((issue) => issue.extension ?? [])
    .filter((extension) => extension.url === ALTERNATIVE && extension.valuePeriod?.start)
    .slice(0, MOST_OFFERS)
    .map(({ valuePeriod }) => ({ start: valuePeriod!.start!, label: label(valuePeriod!.start!) }));
  if (error.status === 409 && offers.length > 0) return { state: 'taken', text: 'That time is taken. Free:', offers };
  return { state: 'refused', text: error.reason || `Refused (${error.status})` };
}

// "2026-03-10T10:00:00+11:00" as read on the practice's clock: "Tue 10 Mar, 10:00".
function label(start: string): string {
  const day = new Intl.DateTimeFormat('en-AU', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' })
    .format(new Date(`${start.slice(0, 10)}T00:00:00Z`));
  return `${day}, ${start.slice(11, 16)}`;
}

export function nextMorning(now: string): string {
  const day = new Date(`${now.slice(0, 10)}T00:00:00Z`);
  do day.setUTCDate(day.getUTCDate() + 1);
  while (day.getUTCDay() === 0 || day.getUTCDay() === 6);
  const offset = /([+-]\d\d:\d\d|Z)$/.exec(now)?.[0] ?? 'Z';
  return `${day.toISOString().slice(0, 10)}T10:00:00${offset}`;
}

// A FHIR document with one spot; Pons draws it. An app with images adds them as Media.
function reportOf(row: Row, patient: Patient) {
  const subject = { reference: `Patient/${patient.id}` };
  const date = new Date().toISOString();
  return {
    resourceType: 'Bundle', type: 'document', timestamp: date,
    identifier: { system: 'https://app.example/reports', value: `PL-${randomUUID().slice(0, 8)}` },
    entry: [
      { fullUrl: 'https://app.example/Composition/1', resource: {
        resourceType: 'Composition', id: '1', status: 'final', subject, date,
        type: { coding: [{ system: 'http://loinc.org', code: '11488-4' }], text: 'Dermatology timeline report' },
        author: [{ reference: row.practitionerReference, display: row.practitioner }],
        title: 'Dermatology timeline report',
        section: [{ title: 'Spot 1', focus: { reference: 'BodyStructure/spot-1' } }] } },
      { fullUrl: `https://app.example/Patient/${patient.id}`, resource: patient },
      { fullUrl: 'https://app.example/BodyStructure/spot-1', resource: {
        resourceType: 'BodyStructure', id: 'spot-1', patient: subject,
        location: { text: 'Left forearm' }, description: 'Flat, even colour. Look again in a year.' } },
    ],
  };
}
