local size, map, sum = tonumber(arg[1]), {}, 0
local function key(n) return n * 7919 % (size + 3) end
for n = size, 1, -1 do map[key(n)] = n end
for n = size, 1, -1 do sum = sum + (map[key(n)] or 0) end
print(string.format("%d", sum))
