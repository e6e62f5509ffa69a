using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Situation;

/// <summary>role_play{role}: the role that the writer takes.</summary>
public sealed class RolePlaySort : TextJudgedSort
{
    public override string Name => "role_play";

    public override Category Kind => Category.RolePlay;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Answer as {role}", "Take the role of {role}", "Write from the point of view of {role}", "Imagine that you are {role}", "Speak as {role} would", "Play {role} in your reply")
        .Chinese("请以{role}的身份回答", "扮演{role}", "站在{role}的角度撰写", "假设你是{role}", "以{role}的口吻作答", "请代入{role}的角色");

    protected override string Parameter => "role";

    protected override IReadOnlyList<string> EnglishTexts { get; } =
        ["a guide", "a teacher", "a local journalist", "a librarian", "an experienced editor", "an observer"];

    protected override IReadOnlyList<string> ChineseTexts { get; } =
        ["一名导游", "一位老师", "一名本地记者", "一位图书管理员", "一名资深编辑", "一位观察者"];
}
