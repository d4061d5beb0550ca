-- Asks `ringfence check` many questions over one pipe: check_loop.lua RINGFENCE CALLER CALLEE...
local pipe = os.tmpname()  -- io.popen has one direction: the answers come through a named pipe
assert(os.execute(("rm %s && mkfifo %s"):format(pipe, pipe)))
local ask = assert(io.popen(("'%s' check --questions - >%s"):format(arg[1], pipe), "w"))
local answers = assert(io.open(pipe))
os.remove(pipe)
ask:write("caller\tcallee\n")  -- the header is not answered
for i = 3, #arg do
  ask:write(arg[2], "\t", arg[i], "\n"):flush()
  local fields = {}  -- caller, callee, effect, rule, told, path; or "error" and why
  for field in (answers:read() .. "\t"):gmatch("([^\t]*)\t") do fields[#fields + 1] = field end
  print(arg[i], fields[3] or "refuse", fields[4] or fields[2])
end
os.exit((ask:close()))
