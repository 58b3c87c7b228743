// SPDX-License-Identifier: Apache-2.0
// A page that this person's role does not include; the server would refuse its data as well.
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';

export function NotForYou({ what }: { what: string }) {
  return (
    <>
      <PageHeader title={what} />
      <EmptyState title="Your role does not include this page">If you need it for your work, ask an admin of the practice.</EmptyState>
    </>
  );
}
