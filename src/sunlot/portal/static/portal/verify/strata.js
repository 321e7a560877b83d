// What a stratum is called: a risk class, or those of one that bear a credit mark, by the identifier in the notice.

const BEARING = {
  serious: "列入严重违法失信名单", dishonest: "为失信被执行人", abnormal: "列入经营异常名录", penalty: "受过行政处罚",
  complaint: "有投诉举报", trusted: "列入守信激励名单",
};

/** “D 类”; “C 类，有投诉举报” for `C-complaint`. */
export function stratumLabel(id) {
  const at = id.indexOf("-");
  const bearing = at < 0 ? undefined : BEARING[id.slice(at + 1)];
  return bearing === undefined ? `${id} 类` : `${id.slice(0, at)} 类，${bearing}`;
}
