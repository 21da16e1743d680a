local function make(depth)
  if depth == 0 then return { false, false } end
  return { make(depth - 1), make(depth - 1) }
end
local function check(tree)
  if not tree then return 0 end
  return 1 + check(tree[1]) + check(tree[2])
end
print(check(make(tonumber(arg[1]))))
