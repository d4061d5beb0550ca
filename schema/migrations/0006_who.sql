-- For "who may ring bob?": the few who have what lets people through. The digit of a row that holds
-- the value has a place of its own in each; engine/store/user_sets.cc says which.
CREATE INDEX users_allow_verified ON users (id)
  WHERE substr(hex(settings), 1, 1) IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F');
CREATE INDEX users_allow_contacts ON users (id)
  WHERE substr(hex(settings), 4, 1) IN ('2', '3', '6', '7', 'A', 'B', 'E', 'F');
CREATE INDEX users_allow_everyone ON users (id)
  WHERE substr(hex(settings), 4, 1) IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F');
CREATE INDEX users_call_audience ON users (id)
  WHERE substr(hex(settings), 18, 1) IN ('1', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F');
CREATE INDEX users_verified ON users (id)
  WHERE substr(hex(settings), 10, 1) IN ('2', '3', '6', '7', 'A', 'B', 'E', 'F');
CREATE INDEX users_premium ON users (id)
  WHERE substr(hex(settings), 10, 1) IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F');
CREATE INDEX users_business ON users (id)
  WHERE substr(hex(settings), 14, 1) IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F');
CREATE INDEX users_has_list ON users (id)
  WHERE substr(hex(settings), 39, 1) IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F');
