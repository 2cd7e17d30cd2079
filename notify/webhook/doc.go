// Package webhook is the channel that posts messages to an address as signed JSON.
//
// New makes the notifier from Options. Each delivery is one POST with the headers
//
//	Content-Type: application/json
//	X-Sanctionwatch-Id: the delivery's id, the same at every attempt
//	X-Sanctionwatch-Timestamp: when it was signed, in Unix seconds
//	X-Sanctionwatch-Signature: v1=hex(HMAC-SHA256(secret, timestamp + "." + body))
//
// The promise is at least once: after an answer that nobody saw the message is posted
// again, with "repeat" true. A receiver therefore keeps the ids it has taken and answers
// 2xx to one it knows. It compares the signature in constant time and refuses a
// timestamp that is more than five minutes old.
//
// The body, see Payload, only ever gains fields while its "version" stays 1. Texts are
// plain: a receiver escapes them for whatever it prints them in.
//
//	{
//	  "version": 1,
//	  "delivery": "…", "story": "…", "alert": "…",
//	  "kind": "post",            post, reply (news of a known story) or update (its present state)
//	  "reason": "new-story",     new-story, escalation, official, new-rule, coverage, trouble, recovered
//	  "severity": "high",        info, low, medium, high, critical
//	  "themes": ["potash"],
//	  "headline": "…", "url": "https://…", "host": "…", "feed": "…", "language": "be",
//	  "official": false,
//	  "published": "2026-02-01T08:14:00Z", "seen": "2026-02-01T08:16:00Z",
//	  "quote": {"text": "…", "source": "", "words": [[12, 18]]},  what fired, in characters from 0
//	  "why": [{"rule": "…", "title": "…", "theme": "…", "severity": "high", "escalated": "", "clauses": ["@potash: …"]}],
//	  "coverage": {"outlets": 12, "items": 14, "languages": ["be", "ru"], "first": "…", "last": "…",
//	               "named": [{"name": "…", "host": "…", "url": "…", "language": "be", "official": false, "at": "…"}]},
//	  "novelty": "…",            why it is told
//	  "repeat": false,           an earlier attempt may have arrived
//	  "plan": "…",               hash of the configuration
//	  "notice": {"what": "…", "cure": "…", "since": "…", "last_success": "…", "last_item": "…"}
//	                             only for trouble and recovered, which are of a feed and tell no news
//	}
//
// An answer of 2xx means taken. 408, 425, 429 and 5xx, a refused connection and a name
// that does not resolve mean later (Retry-After is obeyed); a connection that is cut or
// silent after the request went out means perhaps; every other answer, redirects
// included, means never. Redirects are not followed: they would carry the signature to
// an address that the operator did not write. Proxies are not used, so that the address
// that is checked is the one that is connected to.
//
// The package owns no table, file or goroutine.
package webhook
