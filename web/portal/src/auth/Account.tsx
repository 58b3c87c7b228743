// SPDX-License-Identifier: Apache-2.0
import { PageHeader } from '../components/PageHeader';

export default function Account() {
  return <PageHeader title="Account" />;
}
