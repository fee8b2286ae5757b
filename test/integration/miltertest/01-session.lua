-- Negotiation, every step, edits, several messages on a connection. `socket` comes by -D.
conn = mt.connect(socket, 10, 0.1)
assert(conn ~= nil, "connect")
assert(mt.negotiate(conn, nil, nil, nil) == nil, "negotiate")
assert(mt.test_action(conn, SMFIF_ADDHDRS), "asks to add fields")
assert(mt.test_action(conn, SMFIF_CHGHDRS), "asks to change fields")
assert(not mt.test_action(conn, SMFIF_CHGBODY), "never asks for the body")
assert(mt.test_option(conn, SMFIP_NOBODY), "wants no body")
assert(mt.test_option(conn, SMFIP_NR_HDR), "answers no field")

assert(mt.conninfo(conn, "mail.example", "192.0.2.7") == nil, "conninfo")
assert(mt.getreply(conn) == SMFIR_CONTINUE, "conninfo is answered")
assert(mt.helo(conn, "mail.example") == nil, "helo")
assert(mt.getreply(conn) == SMFIR_CONTINUE, "helo is answered")

function message(from)
  mt.macro(conn, SMFIC_MAIL, "i", "Q1")
  assert(mt.mailfrom(conn, "<a@mail.example>", "SIZE=100") == nil, "mailfrom")
  assert(mt.getreply(conn) == SMFIR_CONTINUE, "mailfrom is answered")
  assert(mt.rcptto(conn, "<b@corp.example>") == nil, "rcptto")
  assert(mt.getreply(conn) == SMFIR_CONTINUE, "rcptto is answered")
  assert(mt.data(conn) == nil, "data")
  assert(mt.getreply(conn) == SMFIR_CONTINUE, "data is answered")
  assert(mt.header(conn, "X-Namesake", " clean; id=forged") == nil, "header")
  assert(mt.header(conn, "From", from) == nil, "header")
  assert(mt.eoh(conn) == nil, "eoh")
  assert(mt.getreply(conn) == SMFIR_CONTINUE, "eoh is answered")
  assert(mt.eom(conn) == nil, "eom")
end

message(" Jane Roe <jane@mail.example>")
assert(mt.getreply(conn) == SMFIR_CONTINUE, "tagged and let through")
assert(mt.eom_check(conn, MT_HDRDELETE, "X-Namesake"), "forged field taken out")
assert(mt.eom_check(conn, MT_HDRINSERT, "X-Namesake"), "verdict put in")
assert(mt.eom_check(conn, MT_HDRINSERT, "X-Namesake-Reason"), "reason put in")
assert(not mt.eom_check(conn, MT_QUARANTINE), "not held")

message(" Jane Roe <jane.roe@corp.example>")
assert(mt.getreply(conn) == SMFIR_CONTINUE, "clean")
assert(not mt.eom_check(conn, MT_HDRINSERT, "X-Namesake-Reason"), "no reason in a clean message")

message(" Rex Roy <rex@mail.example>")
assert(mt.getreply(conn) == SMFIR_REPLYCODE, "refused")

message(" Quinn Quay <quinn@mail.example>")
assert(mt.getreply(conn) == SMFIR_CONTINUE, "held")
assert(mt.eom_check(conn, MT_QUARANTINE), "in quarantine")

mt.disconnect(conn)
