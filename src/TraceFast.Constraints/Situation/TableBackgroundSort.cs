using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Situation;

/// <summary>table_background{text}: facts in a table that the answer has to fit.</summary>
public sealed class TableBackgroundSort : TextJudgedSort
{
    public override string Name => "table_background";

    public override Category Kind => Category.TableBackground;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Take the following table into account:\n{text}", "Background data:\n{text}", "The answer must agree with this table:\n{text}", "These figures are given:\n{text}", "Keep this table in mind:\n{text}", "Use the table below as background:\n{text}")
        .Chinese("请参考下表：\n{text}", "背景数据如下：\n{text}", "内容需与下表一致：\n{text}", "已知以下表格：\n{text}", "请结合表格中的信息：\n{text}", "以下表为背景：\n{text}");

    protected override string Parameter => "text";

    protected override IReadOnlyList<string> EnglishTexts { get; } =
        ["| reader | age |\n|---|---|\n| pupil | 12 |\n| adult | 40 |", "| place | day |\n|---|---|\n| print | Monday |\n| web | Friday |", "| part | share |\n|---|---|\n| facts | 80 % |\n| style | 20 % |", "| issue | pages |\n|---|---|\n| spring | 8 |\n| autumn | 12 |", "| desk | editor |\n|---|---|\n| city | Lee |\n| culture | Moreau |", "| step | hours |\n|---|---|\n| draft | 2 |\n| check | 1 |"];

    protected override IReadOnlyList<string> ChineseTexts { get; } =
        ["| 读者 | 年龄 |\n|---|---|\n| 学生 | 12 |\n| 成人 | 40 |", "| 渠道 | 日期 |\n|---|---|\n| 印刷版 | 周一 |\n| 网络版 | 周五 |", "| 部分 | 占比 |\n|---|---|\n| 事实 | 80% |\n| 文采 | 20% |", "| 刊期 | 页数 |\n|---|---|\n| 春季 | 8 |\n| 秋季 | 12 |", "| 版面 | 编辑 |\n|---|---|\n| 城市 | 李 |\n| 文化 | 王 |", "| 步骤 | 小时 |\n|---|---|\n| 初稿 | 2 |\n| 核对 | 1 |"];
}
