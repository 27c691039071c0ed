export const double = (value) => value * 2;
//# sourceMappingURL=index.js.map
