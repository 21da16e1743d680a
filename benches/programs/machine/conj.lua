local t = {}
for n = tonumber(arg[1]), 1, -1 do t[#t + 1] = n end
print(#t)
