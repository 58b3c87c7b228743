// SPDX-License-Identifier: Apache-2.0
import { PageHeader } from '../components/PageHeader';

export default function FirstStart() {
  return <PageHeader title="FirstStart" />;
}
