namespace TraceFast.Constraints.Tests.Properties;

/// <summary>Answers as people and models write them, with many things for sorts to find; seeds for mutation.</summary>
internal static class CorpusOfAnswers
{
    public static readonly string[] All =
    [
        "# A Closer Look\n\nThe river is long. It runs through the garden, and the teacher likes it!\n\n## Advice\n\n"
            + "1. Take the **coffee** with you.\n2. Open the *window* at 10:30.\n   - It helps.\n   - Does it? Yes.\n\n| Item | Cost |\n"
            + "|---|---|\n| Tea | 1,200.50 |\n| Bread | 3 |\n\nP.S. See [the page](https://example.org/a_b) (Lee, 2020) [1].\n\n"
            + "References\n[1] Lee, Tea, 2020-03-04.",
        "《你应该知道的事》\n\n河流很长。它穿过花园，老师很喜欢！\n\n一、请带上**咖啡**。\n二、十点半打开窗户。\n（1）有帮助吗？有。\n\n***\n\n市场在2024年3月5日开门，共有3个摊位。\n\n"
            + "附言：更多内容见https://example.cn/甲。😀",
        "```json\n{\"name\": \"river\", \"summary\": [1, 2, 3], \"reason\": null}\n```",
        "{\"名称\": \"河流\", \"摘要\": {\"a\": [true]}}",
        "[1, \"two\", {\"three\": 3}]",
        "Item,Reason,Cost\nTea,\"hot, sweet\",2\nBread,soft,3\n",
        "<answer>\nDear reader: the market opens on March 5, 2024. Is there anything else I can help with?\n</answer>",
        "\"In a nutshell: windows let light in. Thank you for reading.\"",
        "Topic: rivers\nMain idea: they flow\nAdvice: swim\n\nNote: that is a fact.\n\nNote: remember this!",
        "主题：河流\n建议：多走走\n总结：很好\n\n要点：其一。\n\n要点：其二。",
        "- apple - fruit (7)\n- carrot - root (6)\n- tea - leaf (3)",
        "An old silent pond\nA frog jumps into the pond\nSplash! Silence again",
        "白日依山尽，\n黄河入海流。\n欲穷千里目，\n更上一层楼。",
        "Hello there. Привет мир. こんにちは。 안녕하세요. مرحبا. สวัสดี. नमस्ते. Γειά. שלום. 你好。",
        "<<Poem of joy>>\n\nWell-known facts: [name] lives at [address]; phone 555-123-4567, mail a.b@example.com.",
    ];
}
