using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Situation;

/// <summary>markdown_process_background{text}: a process in Markdown that the answer has to fit.</summary>
public sealed class MarkdownProcessBackgroundSort : TextJudgedSort
{
    public override string Name => "markdown_process_background";

    public override Category Kind => Category.MarkdownProcessBackground;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Follow the process below:\n{text}", "This is the procedure:\n{text}", "Take this workflow into account:\n{text}", "The answer must fit these steps:\n{text}", "Work by this plan:\n{text}", "Background, in Markdown:\n{text}")
        .Chinese("请遵循以下流程：\n{text}", "流程如下：\n{text}", "需结合以下步骤：\n{text}", "内容要符合下面的流程：\n{text}", "按照此计划进行：\n{text}", "流程背景（Markdown）：\n{text}");

    protected override string Parameter => "text";

    protected override IReadOnlyList<string> EnglishTexts { get; } =
        ["## Procedure\n- **Collect** the facts\n- **Write** the text\n- **Check** it once", "## Plan\n1. Read the request\n2. Draft the answer\n3. Send it", "### Steps\n* choose the topic\n* write it up\n* hand it in", "## Desk rules\n1. **Facts** first\n2. **Style** second\n3. **Length** last", "### Workflow\n- request\n- draft\n- release", "## Routine\n1. Note the question\n2. Look it up\n3. Answer it"];

    protected override IReadOnlyList<string> ChineseTexts { get; } =
        ["## 流程\n- **收集**事实\n- **撰写**正文\n- **核对**一遍", "## 计划\n1. 阅读需求\n2. 撰写初稿\n3. 提交", "### 步骤\n* 选定话题\n* 写成文字\n* 交稿", "## 编辑规则\n1. **事实**优先\n2. **文字**其次\n3. **篇幅**最后", "### 工作流\n- 需求\n- 初稿\n- 发布", "## 日常安排\n1. 记录问题\n2. 查找资料\n3. 给出答复"];
}
