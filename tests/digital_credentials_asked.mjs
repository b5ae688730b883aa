// Run by Node.js in a folder that has @digitalcredentials/verifier-core. Reads JSON from the
// standard input: a credential without the claims of its JWT, a status list alike, and a moment.
// Nothing is fetched: the contexts come with the packages, and any other address is an error.
import fs from 'fs';
import { securityLoader } from '@digitalcredentials/security-document-loader';
import jsonld from '@digitalcredentials/jsonld';
import * as vc from '@digitalcredentials/vc';
import { checkStatus } from '@digitalcredentials/vc-bitstring-status-list';

const asked = JSON.parse(fs.readFileSync(0, 'utf8'));
const loader = securityLoader({ fetchRemoteContexts: false });
loader.addStatic(asked.list.id, asked.list);
const documentLoader = loader.build();

// Safe mode: a term that no context defines is an error, not a loss.
const [expanded] = await jsonld.expand(asked.credential, { documentLoader, safe: true });
await jsonld.expand(asked.list, { documentLoader, safe: true });

let refused = null;
try {
  vc._checkCredential({ credential: asked.credential, now: asked.at });
} catch (error) {
  refused = error.message;
}
const status = await checkStatus({
  credential: asked.credential,
  documentLoader,
  // The list is signed as a JWT, which these libraries do not read.
  verifyBitstringStatusListCredential: false,
});
process.stdout.write(JSON.stringify({
  types: expanded['@type'],
  refused,
  counts: status.verified,
  error: status.error?.message ?? null,
}));
