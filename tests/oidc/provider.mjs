// A real provider: `oidc-provider`, which the OpenID Foundation certified. One argument, as JSON: port, client, secret,
// redirect, home (where it leads after logging out), people (by the name that they log in with, their claims).
import { generateKeyPairSync } from "node:crypto";
import { pathToFileURL } from "node:url";

const [library, given] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(library));
const { port, client, secret, redirect, home, people } = JSON.parse(given);
const key = (kid, pair) => ({ ...pair.privateKey.export({ format: "jwk" }), kid, use: "sig" });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: client, client_secret: secret, redirect_uris: [redirect], post_logout_redirect_uris: [home],
    id_token_signed_response_alg: "ES256",
  }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["family_name", "given_name", "locale"] },
  cookies: { keys: ["for tests only"] },
  jwks: { keys: [key("a", generateKeyPairSync("rsa", { modulusLength: 2048 })), key("b", generateKeyPairSync("ec", { namedCurve: "P-256" }))] },
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
});
provider.on("server_error", (_, error) => console.error(error));
provider.listen(port, "127.0.0.1", () => console.log("ready"));
