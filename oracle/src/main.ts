/**
 * One oracle node as a process. It is told everything by its environment:
 *
 * | variable | meaning |
 * |---|---|
 * | `OPEM_ORACLE_NAME` | name in logs and in the ready line, like `oracle-1` |
 * | `OPEM_ORACLE_PORT` | port of its door on 127.0.0.1: `GET /health`, `POST /sign`, `POST /wake` |
 * | `OPEM_ORACLE_PEERS` | URLs of all nodes, itself included, comma-separated, in seat order; the same for every node |
 * | `OPEM_ORACLE_URL` | its own URL among the peers, when the port alone does not tell |
 * | `OPEM_ORACLE_KEY_FILE` | JSON `{"privateKey":"0x…"}`, mode 600 |
 * | `OPEM_ORACLE_SYSTEM_KEY_FILE` | the node's system key: signs its requests to the API and to its peers |
 * | `OPEM_SYSTEMS_FILE` | the marketplace's own systems: whose requests this node answers |
 * | `OPEM_ORACLE_DIR` | folder of its own state (SQLite: outbox, evidence not yet in the lake, cursors) |
 * | `OPEM_CHAIN_URL` | JSON-RPC of the chain |
 * | `OPEM_API_URL` | unified API, without `/v1` |
 * | `OPEM_DEPLOYMENT` | deployment.json; the node waits until it exists |
 * | `OPEM_ORACLE_GRACE_SECONDS` | how long after a period's end readings are awaited, default 30 |
 * | `OPEM_ORACLE_POLL_MS` | how often it looks when nobody wakes it, default 1000 |
 * | `OPEM_ORACLE_TAKEOVER_SECONDS` | how long a node in turn may take before the next one proposes, default 10 |
 *
 * It prints one line `ready oracle …` when its door is open, then one JSON line per event; SIGTERM and SIGINT end it cleanly.
 */
import { runNode } from './run-node.ts'

await runNode()
