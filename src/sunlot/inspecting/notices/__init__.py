"""The notice of a visit (检查告知书): sent to the inspected once for all departments, answered by it through its link."""
