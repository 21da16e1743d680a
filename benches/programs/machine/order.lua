local size, map, sum = tonumber(arg[1]), {}, 0
for n = 1, size do map[n] = n end
for n = 1, size do sum = sum + (map[n] or 0) end
print(string.format("%d", sum))
