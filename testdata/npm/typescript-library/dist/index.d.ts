export declare const double: (value: number) => number;
//# sourceMappingURL=index.d.ts.map
