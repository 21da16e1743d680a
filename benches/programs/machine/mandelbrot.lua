local function escape(cr, ci)
  local x, y, left = 0.0, 0.0, 200
  while true do
    local xx, yy = x * x, y * y
    if left == 0 or xx + yy > 4.0 then return left end
    y = 2.0 * x * y + ci
    x = xx - yy + cr
    left = left - 1
  end
end
local size, sum = tonumber(arg[1]), 0
for y = 0, size - 1 do
  for x = 0, size - 1 do
    sum = sum + escape(3.0 * x / size - 2.0, 2.0 * y / size - 1.0)
  end
end
print(string.format("%d", sum))
