using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Situation;

/// <summary>process_background{text}: a process told in prose that the answer has to fit.</summary>
public sealed class ProcessBackgroundSort : TextJudgedSort
{
    public override string Name => "process_background";

    public override Category Kind => Category.ProcessBackground;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Background of the process: {text}", "The work goes as follows: {text}", "Keep to this process: {text}", "Process to take into account: {text}", "The answer must fit this procedure: {text}", "This is how it is done here: {text}")
        .Chinese("流程背景：{text}", "工作流程如下：{text}", "请结合以下流程：{text}", "需符合这一流程：{text}", "处理流程说明：{text}", "相关流程为：{text}");

    protected override string Parameter => "text";

    protected override IReadOnlyList<string> EnglishTexts { get; } =
        ["an editor chooses the topic, a writer drafts the text, and a second editor reads it before it is printed", "first the request is recorded, then the text is written, and at last it is sent to the reader", "a reader asks, the desk collects the facts, and the answer goes out the same day", "the draft is checked for facts, then for style, and only then released", "the team meets in the morning, shares out the topics and hands in the texts at noon", "a form is filled in, a clerk reads it, and the text is put on the notice board"];

    protected override IReadOnlyList<string> ChineseTexts { get; } =
        ["编辑先确定选题，作者撰写初稿，再由另一位编辑审读后付印", "先登记需求，再撰写内容，最后发送给读者", "读者提出问题，资料组收集事实，当天给出答复", "初稿先核对事实，再检查文字，通过后才能发布", "小组早上开会分配选题，中午前提交稿件", "先填写表格，由工作人员审阅，然后张贴到公告栏"];
}
