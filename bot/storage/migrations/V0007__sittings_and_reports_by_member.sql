-- All that is kept about a member is read and let go of by community and member.
CREATE INDEX sitting_of_member ON sitting (community_id, member_id);
CREATE INDEX report_of_member ON report (community_id, member_id);
