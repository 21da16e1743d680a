-- Vectors are values here too: a row is added to a copy.
local function safe(placed, column, row)
  for at = 0, row - 1 do
    local other, apart = placed[at + 1], row - at
    if other == column or other == column + apart or other == column - apart then return false end
  end
  return true
end
local function with(placed, column)
  local copy = table.move and table.move(placed, 1, #placed, 1, {}) or { (unpack or table.unpack)(placed) }
  copy[#copy + 1] = column
  return copy
end
local function place(placed, size, column, found)
  local row = #placed
  if row == size then return found + 1 end
  while column < size do
    if safe(placed, column, row) then found = place(with(placed, column), size, 0, found) end
    column = column + 1
  end
  return found
end
print(place({}, tonumber(arg[1]), 0, 0))
