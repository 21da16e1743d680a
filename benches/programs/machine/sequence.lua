local function map(t, f)
  local out = {}
  for i = 1, #t do out[i] = f(t[i]) end
  return out
end
local function filter(t, f)
  local out = {}
  for i = 1, #t do
    local x = t[i]
    if f(x) then out[#out + 1] = x end
  end
  return out
end
local function fold(t, init, f)
  local acc = init
  for i = 1, #t do acc = f(acc, t[i]) end
  return acc
end
local t = {}
for i = 0, tonumber(arg[1]) - 1 do t[#t + 1] = i end
t = map(t, function(x) return x * 3 end)
t = filter(t, function(x) return x % 2 == 0 end)
print(string.format("%d", fold(t, 0, function(a, x) return a + x end)))
