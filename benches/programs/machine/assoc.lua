local size, map, sum = tonumber(arg[1]), {}, 0
local function next_key(key) return (key * 8581 + 7919) % size end
local key = 0
for n = size, 1, -1 do map[key] = n; key = next_key(key) end
key = 0
for n = size, 1, -1 do sum = sum + (map[key] or 0); key = next_key(key) end
print(string.format("%d", sum))
