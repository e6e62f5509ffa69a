namespace TraceFast.Constraints.Counting;

/// <summary>The frames of <see cref="CountWordings"/>; = at the start marks "exactly", 0 "none". In each list: at least, at most, between, exactly, none.</summary>
internal static class CountFrames
{
    public static readonly string[] EnglishLength =
    [
        "Write at least {min} #", "The answer must be at least {min} # long", "Use no fewer than {min} #", "Your response should contain {min} or more ^",
        "Aim for a minimum of {min} #", "Don't go below {min} # in total", "Answer in more than {min-1} #", "The whole reply needs {min} or more ^",
        "Keep it under {max+1} #", "Use no more than {max} #", "The answer should not exceed {max} #", "Limit your reply to {max} #",
        "Answer in at most {max} #", "Your response should contain fewer than {max+1} #", "{max} # maximum for the whole answer", "Stay within {max} #",
        "Write between {min} and {max} #", "The answer should be {min} to {max} # long", "Keep the length between {min} and {max} #", "Use {min}-{max} # in total",
        "Aim for no fewer than {min} and no more than {max} #", "The whole response must have at least {min} but at most {max} #",
        "=Write exactly {min} #", "=Your answer must be exactly {min} # long", "=Use precisely {min} #", "=The response has to contain {min} #, no more and no less",
        "=Answer in exactly {min} #", "=Make the total length {min} # exactly",
    ];

    public static readonly string[] EnglishStructure =
    [
        "Write at least {min} #", "Your answer should have at least {min:words} #", "Use no fewer than {min} #", "Give me {min:words} or more ^",
        "The response must consist of at least {min} #", "The answer requires a minimum of {min} #", "I want {min} or more ^ in your answer",
        "Write no more than {max} #", "Your answer should have at most {max:words} #", "Limit the response to {max} #", "Keep it to {max:words} or fewer ^",
        "The response must have fewer than {max+1} #", "Don't write more than {max} #", "Use {max} # at most",
        "Write between {min} and {max} #", "Your answer should have {min} to {max} #", "Use {min}-{max} #", "The response must consist of {min:words} to {max:words} #",
        "Give no fewer than {min} and no more than {max} #", "The number of ^ should lie between {min} and {max}",
        "=Write exactly {min} #", "=Your answer must have exactly {min:words} #", "=The response should consist of {min} #, no more and no fewer", "=Use exactly {min:words} #",
        "=Answer in precisely {min} #", "=I want exactly {min} # in your answer",
        "0Do not use any ^", "0Your answer should contain no ^", "0Avoid ^ altogether", "0There must be no ^ in the response", "0Write without any ^", "0No ^ are allowed",
    ];

    public static readonly string[] EnglishInclusion =
    [
        "Include at least {min} #", "Your answer should contain at least {min:words} #", "Use no fewer than {min} #", "Put {min} or more ^ in your response",
        "Make sure the answer has at least {min} #", "The answer needs a minimum of {min} #",
        "Include no more than {max} #", "Your answer should contain at most {max:words} #", "Use fewer than {max+1} #", "Limit yourself to {max} #",
        "Make sure the answer has no more than {max} #", "Don't use more than {max:words} #",
        "Include between {min} and {max} #", "Your answer should contain {min} to {max} #", "Use {min}-{max} #", "Put no fewer than {min} and no more than {max} # in your response",
        "Make sure the answer has {min:words} to {max:words} #", "Use at least {min} but at most {max} #",
        "=Include exactly {min} #", "=Your answer should contain exactly {min:words} #", "=Use precisely {min} #", "=Put {min} # in your response, no more and no fewer",
        "=Make sure the answer has exactly {min} #", "=Use exactly {min:words} # in the whole answer",
        "0Do not use any ^", "0Your answer should contain no ^", "0Avoid ^ altogether", "0There must be no ^ in the response", "0Write without any ^", "0No ^ are allowed",
    ];

    public static readonly string[] EnglishPart =
    [
        "@ must have at least {min} #", "Write at least {min} # in @", "@ should contain no fewer than {min} #", "Make sure that @ has {min} or more ^",
        "@ must not have more than {max} #", "Keep @ to at most {max} #", "@ should contain no more than {max} #", "Limit @ to {max} #", "Use fewer than {max+1} # in @",
        "@ must have between {min} and {max} #", "Use {min} to {max} # in @", "@ should contain {min}-{max} #", "Make sure that @ has no fewer than {min} and no more than {max} #",
        "=@ must have exactly {min} #", "=Use exactly {min} # in @", "=@ should contain precisely {min} #", "=Make sure that @ has {min} #, no more and no fewer",
        "0@ must not contain any ^", "0Use no ^ in @", "0@ should be free of ^",
    ];

    public static readonly string[] ChineseLength =
    [
        "~不少于{min}#", "全文至少{min}#", "总~不得少于{min}#", "篇幅应在{min}#以上", "回答的~不低于{min}#", "至少要写{min}#", "内容长度须达到{min}#或更多",
        "~不超过{max}#", "全文控制在{max}#以内", "总~不得超过{max}#", "请在{max}#以内完成回答", "篇幅限制在{max}#以内", "最多写{max}#", "回答的~应少于{max+1}#",
        "~控制在{min}到{max}#之间", "全文{min}至{max}#", "篇幅应在{min}-{max}#之间", "总~不少于{min}#且不超过{max}#", "内容长度在{min}#到{max}#之间", "请写{min}～{max}#",
        "=全文正好{min}#", "=~必须恰好为{min}#", "=总共写{min}#，不多也不少", "=回答的~要刚好是{min}#", "=内容严格为{min}#", "=请用{min}#整来回答",
    ];

    public static readonly string[] ChineseStructure =
    [
        "至少写{min}#", "回答不少于{min:words}#", "全文应包含至少{min}#", "~不得少于{min}", "内容需有{min:words}#或更多", "最少要有{min}#",
        "最多写{max}#", "回答不超过{max:words}#", "全文不得多于{max}#", "~不能超过{max}", "内容控制在{max:words}#以内", "请用{max}#以内的篇幅作答",
        "写{min}到{max}#", "回答应有{min}至{max}#", "~控制在{min}到{max}之间", "全文不少于{min}#，不超过{max}#", "内容为{min}-{max}#", "请写{min:words}到{max:words}#",
        "=正好写{min}#", "=回答必须恰好有{min:words}#", "=全文共{min}#，不多不少", "=~必须等于{min}", "=内容要刚好{min:words}#", "=请严格用{min}#作答",
        "0不要使用任何^", "0回答中不得出现^", "0请勿使用^", "0全文不能有^", "0避免出现任何^", "0内容中禁止使用^",
    ];

    public static readonly string[] ChineseInclusion =
    [
        "至少包含{min}#", "回答中不少于{min:words}#", "文中至少要出现{min}#", "~不得少于{min}", "请使用{min:words}#或更多", "最少要用{min}#",
        "最多包含{max}#", "回答中不超过{max:words}#", "文中出现的~不能超过{max}", "~不得多于{max}", "最多只能用{max}#", "请把~控制在{max}以内",
        "包含{min}到{max}#", "回答中应有{min}至{max}#", "~控制在{min}到{max}之间", "文中不少于{min}#，不超过{max}#", "请使用{min}-{max}#", "全文使用{min:words}到{max:words}#",
        "=恰好包含{min}#", "=回答中必须正好有{min:words}#", "=文中共出现{min}#，不多不少", "=~必须等于{min}", "=请正好使用{min}#", "=全文要刚好用{min:words}#",
        "0不要使用任何^", "0回答中不得出现^", "0请勿使用^", "0全文不能有^", "0避免出现任何^", "0内容中禁止使用^",
    ];

    public static readonly string[] ChinesePart =
    [
        "@不少于{min}#", "@至少要有{min}#", "@的~不得低于{min}", "@应在{min}#以上",
        "@不超过{max}#", "@控制在{max}#以内", "@最多{max}#", "@的~不得超过{max}", "@应少于{max+1}#",
        "@应有{min}到{max}#", "@控制在{min}至{max}#之间", "@的~在{min}到{max}之间", "@不少于{min}#，不超过{max}#",
        "=@必须正好{min}#", "=@恰好{min}#", "=@的~必须为{min}", "=@要刚好有{min}#，不多不少",
        "0@不得出现^", "0@中不要使用任何^", "0@不能有^",
    ];
}
